"""Every scenario of the demo as a new user plays it: JSON lines of what happened, exit code 0 for the right end."""

import json
import subprocess
import sys

import pytest

from bot.cli import Play
from bot.cli.demo.scenarios.play import SCENARIOS


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_comes_to_the_right_end(scenario: str) -> None:
    command = [sys.executable, "-m", "bot.cli", "demo", "--headless", "--scenario", scenario]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)

    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert lines, ended.stderr
    assert lines[-1] | {"at_s": 0} == {"scenario": scenario, "at_s": 0, "what": "outcome", "right": True}, ended.stdout
    assert ended.returncode == 0
    assert {"lever", "alarm" if scenario != "datastore-full" else "changed"} <= {line["what"] for line in lines}


def test_the_command_line_knows_every_scenario() -> None:
    assert [one.value for one in Play] == list(SCENARIOS)
