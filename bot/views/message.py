"""A message as views make it: blocks for the eye, and a text that tells the same news to phones and screen readers."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.blocks import limits
from bot.blocks.elements import Json
from bot.blocks.text import filled, local_times


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """Ready for the gate."""

    text: str
    """mrkdwn with foreign parts escaped; at most 4000 characters."""
    blocks: tuple[Json, ...] = ()


def message(lines: Iterable[str], blocks: Iterable[Json]) -> Message:
    """The blocks with the lines as their text, both within Slack's limits."""
    text = local_times("\n".join(line for line in lines if line))
    return Message(text=filled(text, limits.MESSAGE_TEXT), blocks=tuple(blocks)[: limits.MESSAGE_BLOCKS])
