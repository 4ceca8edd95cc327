"""What owners are told about the end of a lease and about the recycle bin, each with the time at which it happens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.answers import Button
from bot.blocks.layout import section
from bot.blocks.text import escape, when
from bot.grammar import command_line
from bot.views import buttons
from bot.views.message import Message, message

_LATER: Final = ":hourglass_flowing_sand:"
_LOOK: Final = ":warning:"


def lease_ends(data: Mapping[str, Any], _now: datetime) -> Message:
    """Before the end. `vm`, `vcenter`, `ends_at` (ISO 8601)."""
    rest = "Then it is shut down, and some days later it goes to the recycle bin. Extend the lease to keep it."
    return _told(f"{_LATER} *The lease of {_vm(data)} ends {_time(data, 'ends_at')}*", rest, _renew(data))


def lease_ended(data: Mapping[str, Any], _now: datetime) -> Message:
    """At the end. `vm`, `vcenter`, `ends_at`, `bin_at`, and `text`: what came of shutting it down."""
    rest = (
        f"{escape(str(data['text']))} It goes to the recycle bin {_time(data, 'bin_at')}. Extend the lease to keep "
        "it; if you turn it on again it stays on until then."
    )
    return _told(f"{_LATER} *The lease of {_vm(data)} ended {_time(data, 'ends_at')}*", rest, _renew(data))


def lease_kept(data: Mapping[str, Any], _now: datetime) -> Message:
    """The end came, and nothing happens. `vm`, `vcenter`, `ends_at`, and `reason`: what keeps the bot from it."""
    rest = f"Nothing happens to it: {escape(str(data['reason']))}"
    return _told(f"{_LOOK} *The lease of {_vm(data)} ended {_time(data, 'ends_at')}*", rest, _renew(data))


def lease_unreadable(data: Mapping[str, Any], _now: datetime) -> Message:
    """Somebody wrote what is no time. `vm`, `vcenter`, `text`."""
    rest = (
        f"`iaas.expires` says \u201c{escape(str(data['text']))}\u201d, so nothing happens to it. Write a time such as "
        "`2026-12-10T09:00Z` or a date in vCenter, or extend the lease here."
    )
    return _told(f"{_LOOK} *When the lease of {_vm(data)} ends can't be read*", rest, _renew(data))


def bin_put(data: Mapping[str, Any], _now: datetime) -> Message:
    """The bot put it into the bin. `name`, `operation_id`, `purge_at`."""
    rest = f"It is deleted with its disks {_time(data, 'purge_at')}. Restore it to keep it."
    return _told(f"{_LATER} *{_name(data)} is in the recycle bin: its lease had ended*", rest, _restore(data))


def bin_on(data: Mapping[str, Any], _now: datetime) -> Message:
    """Somebody turned it on in the bin. `name`, `operation_id`, `purge_at`."""
    rest = (
        f"It would be deleted {_time(data, 'purge_at')}, but as long as it is on it is not. Restore it to keep it, "
        "or have it powered off in vCenter."
    )
    return _told(f"{_LOOK} *{_name(data)} was powered on in the recycle bin*", rest, _restore(data))


def bin_unreadable(data: Mapping[str, Any], _now: datetime) -> Message:
    """Somebody wrote what is no time, or nothing. `name`, `operation_id`, `text`."""
    said = f"says \u201c{escape(str(data['text']))}\u201d" if data["text"] else "is empty"
    rest = f"`iaas.purge` {said}, so it stays in the recycle bin. Write a time such as `2026-12-10T09:00Z` in vCenter."
    return _told(f"{_LOOK} *When {_name(data)} is to be deleted can't be read*", rest, _restore(data))


def _told(head: str, rest: str, button: Button) -> Message:
    return message([head, rest], [section(f"{head}\n{rest}"), *buttons.row([button])])


def _renew(data: Mapping[str, Any]) -> Button:
    name = f"{data['vm']}@{data['vcenter']}"
    return Button(label="Extend the lease", command=command_line("lease", name, "extend"), style="primary")


def _restore(data: Mapping[str, Any]) -> Button:
    return Button(label="Restore", command=command_line("restore", str(data["operation_id"])), style="primary")


def _vm(data: Mapping[str, Any]) -> str:
    return escape(str(data["vm"]))


def _name(data: Mapping[str, Any]) -> str:
    return escape(str(data["name"]))


def _time(data: Mapping[str, Any], key: str) -> str:
    return when(datetime.fromisoformat(str(data[key])))
