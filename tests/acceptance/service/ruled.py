"""A world whose bot has other rules than the demo's: for what a rule can say."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.demo.world import Bot, World
from sandbox.slack import Workspace
from sandbox.vcenter import Estate

_FIRST_TABLE = "[protected]"
"""From here on the demo's configuration speaks of who may do what."""


@dataclass(kw_only=True)
class RuledBot(Bot):
    """A bot with the demo's configuration up to the rules, and then these."""

    rules: str

    def write_config(self) -> None:
        """See `Bot.write_config`."""
        super().write_config()
        text = self.config.read_text(encoding="utf-8")
        assert _FIRST_TABLE in text
        self.config.write_text(text.partition(_FIRST_TABLE)[0] + self.rules, encoding="utf-8")


@contextmanager
def ruled_world(rules: str, *, estate: Estate, database_url: str = "sqlite:///iaas-bot.db") -> Iterator[World]:
    """A world on an estate that is there already, with one bot."""
    with ExitStack() as parts:
        folder = Path(parts.enter_context(TemporaryDirectory(prefix="iaas-ruled-")))
        workspace = Workspace.start(estate_url=estate.address.control)
        parts.callback(workspace.stop)
        bot = RuledBot(folder=folder, workspace=workspace, estate=estate, database_url=database_url, rules=rules)
        parts.callback(bot.stop)
        bot.start()
        yield World(estate=estate, workspace=workspace, bot=bot, _parts=ExitStack())


@contextmanager
def joined(world: World, replica_ids: Sequence[str]) -> Iterator[list[Bot]]:
    """Further replicas of a world's bot, on the same database and the same workspace."""
    with ExitStack() as parts:
        bots = []
        for replica_id in replica_ids:
            bot = replace(world.bot, replica_id=replica_id, _process=None, _ready=None)
            parts.callback(bot.stop)
            bots.append(bot.start())
        yield bots
