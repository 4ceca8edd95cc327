"""The slash command as this workspace calls it: texts are written with `/iaas`, and leave with the configured name."""

import re
from typing import Any, Final

WRITTEN: Final = "/iaas"
_WORD = re.compile(r"(?<![\w/])/iaas(?![\w-])")
_NOT_TEXT: Final = frozenset({"value", "private_metadata", "action_id", "block_id", "callback_id", "url"})
"""What is for programs; a button's value holds the line without the command."""


def with_command(payload: Any, command: str) -> Any:  # noqa: ANN401  JSON of any shape, returned in the same shape
    """The payload with every `/iaas` in its texts as `command`; the same object where that is its name."""
    if command == WRITTEN:
        return payload
    if isinstance(payload, str):
        return _WORD.sub(command, payload)
    if isinstance(payload, dict):
        return {key: value if key in _NOT_TEXT else with_command(value, command) for key, value in payload.items()}
    if isinstance(payload, list | tuple):
        return [with_command(item, command) for item in payload]
    return payload
