"""How the tests of verbs read a line: through the grammar, as the dispatcher does."""

from typing import Any

import pytest

from bot.command import Command, UsageError
from bot.grammar import parse


def read(command: Command, line: str) -> Any:
    """The verb's arguments."""
    return command.parse(parse(f"{command.name} {line}", command.shape))


def fact(command: Command, line: str) -> str:
    """What the refusal of the line says; its usage must be the verb's own."""
    with pytest.raises(UsageError) as caught:
        read(command, line)
    assert caught.value.usage == command.usage
    return str(caught.value)


def said(command: Command, line: str) -> str:
    """The acknowledgement of the line."""
    return command.acknowledge(read(command, line))
