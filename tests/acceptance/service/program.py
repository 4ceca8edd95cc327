"""`iaas-bot` as a program: started with arguments, looked at from outside."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

COMMAND = (sys.executable, "-m", "bot.cli")
_TIMEOUT_S = 90


def iaas_bot(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run it to its end and return what it printed."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(env or {}),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


def started(*arguments: str, stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """Start it in a process group of its own, as a shell would."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env=environment({}),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        text=True,
        process_group=0,
    )


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process without its settings of the bot, and what else is given."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("IAAS_")}
    # Help would be wrapped to the width of a terminal that there is none.
    return plain | {"COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb"} | dict(more)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The process's children and theirs, as they are now."""
    return psutil.Process(process.pid).children(recursive=True)


def press_ctrl_c(process: subprocess.Popen[str]) -> None:
    """Interrupt all processes of the terminal's foreground group."""
    os.killpg(process.pid, signal.SIGINT)


def left_of(children: Sequence[psutil.Process], timeout_s: float = 10) -> list[psutil.Process]:
    """Those that are still there after a while."""
    return list(psutil.wait_procs(children, timeout=timeout_s)[1])


def changed(config: Path, *replaced: tuple[str, str]) -> Path:
    """A copy of a configuration file with lines replaced; each must stand in it."""
    text = config.read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text, old
        text = text.replace(old, new)
    copy = config.with_name(f"changed-{abs(hash(replaced))}.toml")
    copy.write_text(text, encoding="utf-8")
    return copy
