"""What all tests share: what a test may need of the machine, and the loud list of what was left out."""

import os
import shutil
import signal
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import settings

# What a shell starts in the background is deaf to Ctrl-C, and so is whatever it starts in turn.
signal.signal(signal.SIGINT, signal.default_int_handler)
# How long an example takes says what else the machine does.
settings.register_profile("anywhere", deadline=None)
settings.load_profile("anywhere")

ROOT = Path(__file__).parents[1]
REQUIRE_ALL = os.environ.get("NO_TEST_LEFT_OUT") == "1"

_EXIT = pytest.StashKey[int]()
_CURE = {
    "browser": "sudo apt-get install chromium",
    "postgres": "sudo apt-get install postgresql",
}


def chromium() -> str | None:
    """Path of Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def postgres_bin() -> Path | None:
    """Folder with PostgreSQL's `initdb`, or None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb")
    return debian[-1].parent if debian else Path(found).parent if found else None


def _missing(item: pytest.Item) -> str | None:
    if item.get_closest_marker("browser") and chromium() is None:
        return "browser"
    if item.get_closest_marker("postgres") and postgres_bin() is None:
        return "postgres"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        need = _missing(item)
        if need is not None:
            item.add_marker(pytest.mark.skip(reason=f"needs {need}: {_CURE[need]}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section("TESTS LEFT OUT", red=True, bold=True)
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.write_line(f"{report.nodeid}: {reason}", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if REQUIRE_ALL and exitstatus == 0 and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    session.config.stash[_EXIT] = int(session.exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End at once where threads are left that would hold the process.

    DBOS's are no daemons, and they try for ever to reach the databases that tests have taken away from them.
    """
    others = [one for one in threading.enumerate() if one is not threading.main_thread() and not one.daemon]
    if others and _EXIT in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[_EXIT])
