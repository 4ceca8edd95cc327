"""What approvers see: the card with what will change and who asks, and the reminder at half time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.answers import Button
from bot.blocks.layout import section
from bot.blocks.text import escape, when
from bot.views import buttons, glyphs
from bot.views.message import Message, message


def reminder(data: Mapping[str, Any], _now: datetime) -> Message:
    """Say once more that somebody waits.

    Args:
        data: `operation_id`, `summary`, `asked_by` (Slack id) and `expires_at` (ISO 8601).
    """
    operation_id, until = str(data["operation_id"]), datetime.fromisoformat(str(data["expires_at"]))
    head = f"{glyphs.WAITING} *{escape(str(data['summary']))}* still waits for a decision"
    rest = f"<@{escape(str(data['asked_by']))}> asked for it. It expires at {when(until)}."
    look = Button(label="Look at it", command=f"pending {operation_id}", style="primary")
    return message(
        [head, rest, f"Operation {escape(operation_id)}"], [section(f"{head}\n{rest}"), *buttons.row([look])]
    )
