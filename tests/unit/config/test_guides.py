"""What the guides show of the configuration is loaded as it stands, and what they show of the command line exists."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import Settings

ROOT = Path(__file__).parents[3]
EXAMPLE = tomllib.loads((ROOT / "config.example.toml").read_text(encoding="utf-8"))
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
_TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(block, id=f"{guide.stem}-{number}")
    for guide in GUIDES
    for number, block in enumerate(_TOML.findall(guide.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("block", BLOCKS)
def test_an_example_of_the_configuration_loads_in_place_of_the_shipped_one(block: str) -> None:
    text = f'[[rule]]\nname = "r"\ngroups = ["@g"]\nchannels = ["*"]\nverbs = ["*"]\n{block}'
    values = tomllib.loads(text if block.startswith("[rule.") else block)

    settings = Settings.model_validate(EXAMPLE | values)

    assert values.keys() <= settings.model_fields_set


def test_there_are_examples_to_load() -> None:
    assert len(BLOCKS) >= 3


def test_every_option_of_policy_explain_that_the_guide_shows_exists() -> None:
    guide = (ROOT / "docs" / "guides" / "policy.md").read_text(encoding="utf-8")
    shown = {
        option for line in guide.splitlines() if "policy explain" in line for option in re.findall(r"--[a-z]+", line)
    }

    told = CliRunner().invoke(app, ["policy", "explain", "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).output

    assert shown >= {"--as", "--channel", "--json", "--offline", "--groups", "--folder"}
    assert {option for option in shown if option not in told} == set()
