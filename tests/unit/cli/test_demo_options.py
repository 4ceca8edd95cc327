"""Options of `iaas-bot demo` that do not go together are refused with the reason, before anything is started."""

import pytest
from typer.testing import CliRunner

from bot.cli import app

REFUSED = {
    "who types in a scenario": (
        ("--headless", "--scenario", "cpu-pressure", "--as", "guy"),
        "it is for --run lines: in a scenario nobody types",
    ),
    "who types in the page": (("--as", "guy"), "it is for --run lines"),
    "lines and a scenario": (("--headless", "--run", "list", "--scenario", "contention"), "not both"),
    "a scenario in the page": (("--scenario", "contention"), "for --headless only"),
    "nothing to do": (("--headless",), "give at least one line"),
}


@pytest.mark.parametrize(("words", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_be_ignored_is_refused(words: tuple[str, ...], why: str) -> None:
    run = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["demo", *words])

    assert run.exit_code == 2
    assert why in run.stderr
