"""The sandbox and the bot as processes: started together, ended together. Tests and the bench use it as well."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from bot.cli.demo.config import demo_config
from bot.cli.demo.readiness import NotReadyInTimeError, ReadySocket
from sandbox.slack import Workspace
from sandbox.vcenter import Estate

_STOP_TIMEOUT_S = 20
_READY_TIMEOUT_S = 90


class BotDiedError(Exception):
    """The bot's process ended by itself; the message carries the end of its log."""


@dataclass(kw_only=True)
class Bot:
    """A bot process of its own, from start to end; it may be killed and started again on the same state."""

    folder: Path
    workspace: Workspace
    estate: Estate
    database_url: str = "sqlite:///iaas-bot.db"
    replica_id: str = "demo"
    read_only: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _ready: ReadySocket | None = None

    @property
    def log(self) -> Path:
        """What the bot wrote to standard error."""
        return self.folder / f"{self.replica_id}.log"

    @property
    def config(self) -> Path:
        """The configuration file that it runs with."""
        return self.folder / f"{self.replica_id}.toml"

    @property
    def pid(self) -> int:
        """Process id while it runs."""
        if self._process is None:
            raise BotDiedError("the bot is not running")
        return self._process.pid

    def start(self, *, wait: bool = True) -> "Bot":
        """Start the process and, with `wait`, return when it says that it is ready.

        Raises:
            BotDiedError: it ended, or was not ready in time.
        """
        self.write_config()
        self._close_ready()
        self._ready = ReadySocket(self.folder / f"{self.replica_id}.notify")
        environment = os.environ | self.secrets() | {"NOTIFY_SOCKET": str(self._ready.path)} | self.environment
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own program with our own arguments
                [sys.executable, "-m", "bot.cli", "run", "--config", str(self.config)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self) -> None:
        """Return when the process says that it is ready: connected to Slack, the inventory there.

        Raises:
            BotDiedError: it ended, or was not ready in time.
        """
        if self._ready is None:
            raise BotDiedError("the bot was not started")
        try:
            self._ready.wait(_READY_TIMEOUT_S, is_alive=self.is_alive)
        except NotReadyInTimeError as error:
            self.kill()
            raise BotDiedError(f"{error}\n{self.log_tail()}") from None

    def secrets(self) -> dict[str, str]:
        """The environment variables that the configuration refers to."""
        return {
            "IAAS_SLACK_BOT_TOKEN": self.workspace.bot_token,
            "IAAS_SLACK_APP_TOKEN": self.workspace.app_token,
            "DEMO_VCENTER_PASSWORD": self.estate.password,
        }

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and return its exit code; kill it where it does not within 20 s."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            exit_code = self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return self.kill()
        self._close_ready()
        return exit_code

    def kill(self) -> int:
        """End it at once (SIGKILL)."""
        if self._process is None:
            return 0
        self._process.kill()
        self._close_ready()
        return self._process.wait()

    def wait(self, timeout_s: float | None = None) -> int:
        """Wait until it ends by itself; for crash tests."""
        return self._process.wait(timeout_s) if self._process else 0

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def log_tail(self, lines: int = 30) -> str:
        """The end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _close_ready(self) -> None:
        if self._ready is not None:
            self._ready.close()
            self._ready = None

    def write_config(self) -> None:
        """Write the file that the process is started with."""
        self.config.write_text(
            demo_config(
                api_url=self.workspace.api_url,
                host=self.estate.host,
                port=self.estate.port,
                username=self.estate.username,
                thumbprint=self.estate.thumbprint,
                folder="Frankfurt/vm/Lab",
                state_dir=self.folder,
                database_url=self.database_url,
                replica_id=self.replica_id,
                read_only=self.read_only,
            )
        )


@dataclass(kw_only=True)
class World:
    """Sandbox vCenter, sandbox Slack and one bot, in a folder of their own that goes with them."""

    estate: Estate
    workspace: Workspace
    bot: Bot
    _parts: ExitStack

    @classmethod
    def start(
        cls,
        *,
        vms: int | None = None,
        live: bool = True,
        port: int = 0,
        database_url: str = "sqlite:///iaas-bot.db",
        read_only: bool = False,
        environment: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> "World":
        """Start all three.

        Args:
            vms: a big estate of so many VMs instead of the demo's.
            live: tasks take the time of a small real vCenter; False for tests.
            port: the page's, 0 for any.
            database_url: where the bot keeps its operations.
            read_only: whether the bot changes nothing.
            environment: keys of the configuration that shall be otherwise, such as `IAAS_WINDOW__START`.
            wait: return when the bot is ready; otherwise `bot.wait_ready()` is to be called.

        Raises:
            BotDiedError: the bot did not get ready.
            RuntimeError: the page can't have the port; what was started is ended.
        """
        with ExitStack() as parts:
            folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="iaas-demo-")))
            estate = Estate.start(vms=vms, live=live)
            parts.callback(estate.stop)
            workspace = Workspace.start(port=port, estate_url=estate.address.control)
            parts.callback(workspace.stop)
            bot = Bot(
                folder=folder,
                workspace=workspace,
                estate=estate,
                database_url=database_url,
                read_only=read_only,
                environment=dict(environment or {}),
            )
            parts.callback(bot.stop)
            bot.start(wait=wait)
            return cls(estate=estate, workspace=workspace, bot=bot, _parts=parts.pop_all())

    def stop(self) -> None:
        """End the bot, then the sandbox, and remove the folder."""
        self._parts.close()

    def __enter__(self) -> "World":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
