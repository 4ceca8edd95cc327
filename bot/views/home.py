"""The Home tab: what one can do here, and one's own operations of late."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.answers import Button
from bot.blocks.elements import Json
from bot.blocks.layout import context, divider, header, home_tab, section
from bot.blocks.text import escape, when
from bot.views import buttons, glyphs, words
from operations.model import Operation

_SHOWN: Final = 10
_BUTTONS: Final = (
    Button(label="My VMs", command="list mine", style="primary"),
    Button(label="What is red?", command="remediation status"),
    Button(label="What may I do?", command="help"),
    Button(label="Who am I?", command="whoami"),
)


def home(operations: Sequence[Operation], now: datetime) -> Json:
    """The view for one person.

    Args:
        operations: The person's own, newest first.
        now: Aware.
    """
    intro = "Type `/iaas help` in any channel with me, or `/iaas spawn web-07` for a new VM."
    blocks = [header("Virtual machines for your team"), section(intro), *buttons.row(_BUTTONS), divider()]
    blocks.append(section("*Your operations*"))
    blocks += [_line(operation, now) for operation in operations[:_SHOWN]]
    if not operations:
        blocks.append(context("None yet."))
    blocks.append(context(f"As of {when(now)}"))
    return home_tab(blocks)


def _line(operation: Operation, now: datetime) -> Json:
    took = (operation.finished_at or now) - (operation.started_at or operation.created_at)
    title = escape(" ".join(operation.summary.split()))[:300]
    text = f"{glyphs.of_state(operation.state)} *{title}* · {words.state(operation, took)}"
    details = buttons.say(Button(label="Details", command=f"status {operation.id}"))
    return section(f"{text}\n{escape(operation.id)} · {when(operation.created_at)}", accessory=details)
