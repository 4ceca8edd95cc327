"""The fault door: what a test or a person at the levers can make go wrong, by name, over HTTP.

Each lever is one function of a JSON object; `client.Faults` names the same ones in Python.
"""

from collections.abc import Callable
from typing import Final

from sandbox.slack import wire
from sandbox.slack.connection import Connection
from sandbox.slack.core import Sandbox
from sandbox.slack.faults import FrameFault
from sandbox.slack.model import Channel, Group, Json, User

_LONGEST_S: Final = 366 * 86400
"""Nobody needs to go further at once, and infinity is no time of day."""

Lever = Callable[[Sandbox, Json], Json | None]


def pull(sandbox: Sandbox, name: str, wanted: Json) -> Json:
    """Pull one lever.

    Raises:
        LookupError: there is no such lever.
        TypeError: the lever does not take these settings.
    """
    lever = LEVERS.get(name)
    if lever is None:
        raise LookupError(f"no lever is called {name!r}; there are {', '.join(sorted(LEVERS))}")
    sandbox.journal.add("lever", name=name, wanted=wanted)
    return {"ok": True, **(lever(sandbox, wanted) or {})}


def _refresh(sandbox: Sandbox, wanted: Json) -> Json:
    async def later(connection: Connection) -> None:
        await sandbox.clock.sleep(float(wanted.get("in_s", 0.0)))
        await sandbox.sockets.refresh(
            connection,
            warn=bool(wanted.get("warning", True)),
            grace_s=float(wanted.get("grace_s", 10.0)),
            reason=str(wanted.get("reason", "refresh_requested")),
        )

    chosen = _chosen(sandbox, wanted)
    for connection in chosen:
        sandbox.spawn(later(connection))
    return {"sockets": len(chosen)}


def _link_disabled(sandbox: Sandbox, wanted: Json) -> Json:
    return _refresh(sandbox, wanted | {"warning": False, "reason": "link_disabled"})


def _close(sandbox: Sandbox, wanted: Json) -> None:
    frame = wire.close_frame(int(wanted.get("code", 1000)), str(wanted.get("reason", "")))
    for connection in _chosen(sandbox, wanted):
        connection.write(frame)
        sandbox.sockets.forget(connection)


def _fin(sandbox: Sandbox, wanted: Json) -> None:
    for connection in _chosen(sandbox, wanted):
        wire.send_fin(connection.transport)
        sandbox.sockets.forget(connection)


def _reset(sandbox: Sandbox, wanted: Json) -> None:
    for connection in _chosen(sandbox, wanted):
        wire.send_reset(connection.transport)
        sandbox.sockets.forget(connection)


def _black_hole(sandbox: Sandbox, wanted: Json) -> None:
    for connection in _chosen(sandbox, wanted):
        connection.black_hole = True


def _ghosts(sandbox: Sandbox, wanted: Json) -> None:
    sandbox.sockets.ghosts = int(wanted.get("count", 0))


def _refuse_handshakes(sandbox: Sandbox, wanted: Json) -> None:
    sandbox.faults.refuse_handshakes(float(wanted.get("for_s", 10.0)), int(wanted.get("status", 503)))


def _expire_tickets(sandbox: Sandbox, _wanted: Json) -> None:
    sandbox.sockets.expire_tickets()


def _method(sandbox: Sandbox, wanted: Json) -> None:
    sandbox.faults.add_method(dict(wanted))


def _frame(sandbox: Sandbox, wanted: Json) -> None:
    sandbox.faults.add_frame(FrameFault(**wanted))


def _duplicate(sandbox: Sandbox, wanted: Json) -> None:
    sandbox.faults.duplicates += int(wanted.get("times", 1))


def _redeliver(sandbox: Sandbox, wanted: Json) -> None:
    sandbox.deliveries.redeliver_on_reconnect = bool(wanted.get("on", True))


def _oversized_acks(sandbox: Sandbox, wanted: Json) -> None:
    sandbox.deliveries.oversized_ack = "close" if wanted.get("how") == "close" else "drop"


def _pings(sandbox: Sandbox, wanted: Json) -> None:
    sandbox.faults.answer_pings = bool(wanted.get("answer", True))
    sandbox.faults.send_pings = bool(wanted.get("send", True))


def _clear(sandbox: Sandbox, _wanted: Json) -> None:
    sandbox.faults.clear()
    sandbox.sockets.ghosts = 0
    sandbox.deliveries.redeliver_on_reconnect = sandbox.options.redeliver_on_reconnect
    sandbox.deliveries.oversized_ack = sandbox.options.oversized_ack


def _advance(sandbox: Sandbox, wanted: Json) -> Json:
    seconds = float(wanted["seconds"])
    if not 0 <= seconds <= _LONGEST_S:
        raise ValueError(f"seconds is {seconds}: give 0 to {_LONGEST_S}")
    sandbox.clock.advance(seconds)
    return {"now": sandbox.clock.now()}


def _channel(sandbox: Sandbox, wanted: Json) -> None:
    old = sandbox.state.channels.get(str(wanted["id"]))
    channel = old or Channel(id=str(wanted["id"]), name=str(wanted["name"]), kind=wanted.get("kind", "public"))
    channel.members |= set(wanted.get("add", []))
    channel.members -= set(wanted.get("remove", []))
    channel.archived = bool(wanted.get("archived", channel.archived))
    sandbox.state.add_channel(channel)
    sandbox.changes.notify()


def _group(sandbox: Sandbox, wanted: Json) -> None:
    group_id = str(wanted["id"])
    old = sandbox.state.groups.get(group_id)
    handle = str(wanted.get("handle", old.handle if old else group_id.lower()))
    users = list(wanted.get("users", old.users if old else []))
    sandbox.state.groups[group_id] = Group(
        id=group_id, handle=handle, name=handle, users=users, disabled=bool(wanted.get("disabled", False))
    )
    sandbox.changes.notify()


def _user(sandbox: Sandbox, wanted: Json) -> None:
    user = User(**wanted)
    sandbox.state.users[user.id] = user
    sandbox.changes.notify()


def _chosen(sandbox: Sandbox, wanted: Json) -> list[Connection]:
    number = wanted.get("socket")
    return sandbox.sockets.pick(None if number is None else int(number))


LEVERS: Final[dict[str, Lever]] = {
    "refresh": _refresh,
    "link_disabled": _link_disabled,
    "close": _close,
    "fin": _fin,
    "reset": _reset,
    "black_hole": _black_hole,
    "ghosts": _ghosts,
    "refuse_handshakes": _refuse_handshakes,
    "expire_tickets": _expire_tickets,
    "method": _method,
    "frame": _frame,
    "duplicate": _duplicate,
    "redeliver_on_reconnect": _redeliver,
    "oversized_acks": _oversized_acks,
    "pings": _pings,
    "clear": _clear,
    "advance": _advance,
    "channel": _channel,
    "group": _group,
    "user": _user,
}
