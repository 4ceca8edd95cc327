"""What stands behind the Slack front in these tests: a dispatcher that echoes, and operations in memory.

No doubles of Slack or vCenter: these are the front's own protocols, implemented as plainly as possible.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from itertools import count
from zoneinfo import ZoneInfo

from bot.answers import Answer, Ask, Button, File, Reply, Started, Table, Tone
from operations.model import Actor, Change, Effect, Operation, Origin, Plan, Request, Scalar, State
from operations.record.cards import HERE, Shown
from operations.record.notices import Notice
from operations.terms import Window
from operations.windows import tonight as begins_tonight
from vsphere.clock import SystemClock
from vsphere.model import Ref

HASH = "c" * 64
NIGHT = Window(start=time(0), end=time(0, 1), zone=ZoneInfo("Asia/Kathmandu"))
"""Not open while tests run, but for a minute a day."""
MOST_CPU = 8
_CHANGING = {"poweron", "nuke", "resize", "slow", "spawn"}


def _crash(_rest: str) -> Answer:
    raise RuntimeError("the dispatcher broke")


def _pick(name: str) -> Answer:
    choices = tuple(Button(label=f"{name}@{at}", command=f"show {name}@{at}") for at in range(8))
    return Answer(title="Which?", choices=choices, tone=Tone.QUESTION)


def _list(_rest: str) -> Answer:
    rows = tuple((f"vm-{at}", "on") for at in range(150))
    return Answer(title="VMs", table=Table(columns=("Name", "Power"), rows=rows))


def _export(_rest: str) -> Answer:
    return Answer(title="All VMs", file=File(name="vms.csv", title="VMs", content=b"name\nweb-01\n"))


ANSWERS: dict[str, Callable[[str], Answer]] = {
    "crash": _crash,
    "pick": _pick,
    "list": _list,
    "export": _export,
    "shout": lambda rest: Answer(title=rest, private=False),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """See `bot.slack.ports.Verb`."""

    changes: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One line that reached the dispatcher."""

    line: str
    actor: Actor
    origin: Origin
    key: str


@dataclass(kw_only=True)
class Cards:
    """See `bot.slack.ports.Cards`."""

    operations: dict[str, Operation]
    addresses: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    taken: set[tuple[str, str]] = field(default_factory=set)
    """What another replica is about to post."""

    def ask(self, operation_id: str, *places: str) -> None:
        """Want cards for approvers."""
        for place in places:
            self.versions.setdefault((operation_id, place), 0)

    def claim(self, operation_id: str, place: str, by: str) -> bool:  # noqa: ARG002  there is one replica
        """See `Cards.claim`."""
        return not {(operation_id, place)} & (self.taken | self.addresses.keys())

    def remember(self, operation_id: str, address: Mapping[str, str], place: str = HERE) -> None:
        """See `Cards.remember`."""
        self.addresses[operation_id, place] = address

    def shown(self, operation_id: str, version: int, place: str = HERE) -> None:
        """See `Cards.shown`."""
        self.versions[operation_id, place] = version

    def of(self, operation_id: str) -> Sequence[Shown]:
        """See `Cards.of`."""
        return [one for one in self.stale() if one.operation.id == operation_id]

    def stale(self) -> Sequence[Shown]:
        """See `Cards.stale`."""
        keys = dict.fromkeys([*((one, HERE) for one in self.operations), *self.versions])
        return [
            Shown(
                operation=self.operations[key[0]],
                place=key[1],
                address=self.addresses.get(key),
                version=self.versions.get(key, 0),
            )
            for key in keys
            if key[0] in self.operations and self.versions.get(key, 0) < self.operations[key[0]].version
        ]


@dataclass(kw_only=True)
class Notices:
    """See `bot.slack.ports.Notices`."""

    waiting: list[Notice] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    """What another replica is about to tell."""

    def add(self, key: str, recipient: str, kind: str, **data: object) -> None:
        """Something to be told."""
        now = SystemClock().now()
        self.waiting.append(Notice(key=key, recipient=recipient, kind=kind, data=data, created_at=now))

    def unsent(self) -> Sequence[Notice]:
        """See `Notices.unsent`."""
        return [one for one in self.waiting if one.key not in self.told]

    def claim(self, key: str) -> bool:
        """See `Notices.claim`."""
        return key not in self.taken and key not in self.told

    def sent(self, key: str) -> None:
        """See `Notices.sent`."""
        self.told.append(key)


class Operations:
    """See `bot.slack.ports.Operations`."""

    def __init__(self) -> None:
        self.notices = Notices()
        self.known: dict[str, Operation] = {}
        self.cards = Cards(operations=self.known)
        self._listeners: list[Callable[[Operation], None]] = []
        self._ids = count(1)

    def subscribe(self, listener: Callable[[Operation], None]) -> None:
        """See `Operations.subscribe`."""
        self._listeners.append(listener)

    def recent(self, limit: int, *, actor_id: str | None = None) -> Sequence[Operation]:
        """See `Operations.recent`."""
        return [one for one in reversed(self.known.values()) if one.actor.id == actor_id][:limit]

    def begin(self, verb: str, name: str, actor: Actor, origin: Origin, state: State = State.RUNNING) -> Operation:
        """Record an operation and tell the listeners."""
        now = SystemClock().now()
        operation = Operation(
            id=f"OP{next(self._ids)}",
            version=1,
            verb=verb,
            state=state,
            actor=actor,
            origin=origin,
            vm=Ref("lab", "vm-1"),
            vm_name=name,
            summary=f"{verb} {name}",
            plan=None,
            stage="power on",
            stages=("power on",),
            stages_done=0,
            percent=0,
            text="",
            way_out=None,
            rule="requesters",
            task=None,
            result=None,
            cancel_requested_by=None,
            created_at=now,
            started_at=now,
            finished_at=now if state.is_final else None,
        )
        self.move(operation)
        return operation

    def move(self, operation: Operation, **changes: object) -> Operation:
        """Keep the operation with these changes, one version on, and tell the listeners."""
        newest = self.known.get(operation.id)
        version = newest.version + 1 if newest else operation.version
        moved = replace(operation, version=version, **changes)  # type: ignore[arg-type]  # fields of Operation
        self.known[operation.id] = moved
        for listener in self._listeners:
            listener(moved)
        return moved

    def finish(self, operation: Operation, text: str = "web-01 is on") -> Operation:
        """End it well."""
        return self.move(operation, state=State.SUCCEEDED, percent=None, text=text, finished_at=SystemClock().now())


class Dispatcher:
    """See `bot.slack.ports.Dispatcher`."""

    def __init__(self, operations: Operations) -> None:
        self.operations = operations
        self.said: list[Said] = []
        self.confirmed: list[Request] = []
        self.unknown: list[tuple[str, str]] = []
        self.release = threading.Event()
        self.plan_takes_s = 0.0
        self.yes_takes_s = 0.0
        self.by_now: Plan | None = None
        """What would be done by now, where that is no longer what was seen."""

    def lines(self) -> list[str]:
        """The lines that arrived, in order."""
        return [one.line for one in self.said]

    def understand(self, text: str) -> tuple[Verb, None]:
        """See `Dispatcher.understand`."""
        return Verb(changes=text.split(" ", maxsplit=1)[0] in _CHANGING), None

    def acknowledge(self, text: str) -> str:
        """See `Dispatcher.acknowledge`."""
        return f"Doing {text.split(' ', maxsplit=1)[0]}…"

    def note_unknown(self, user: str, origin: Origin) -> None:
        """See `Dispatcher.note_unknown`."""
        self.unknown.append((user, origin.channel))

    def run(self, line: str, *, actor: Actor, origin: Origin, key: str, asked_at: datetime) -> Reply:
        """See `Dispatcher.run`: `ANSWERS`, or something that begins."""
        self.said.append(Said(line=line, actor=actor, origin=origin, key=key))
        verb, _, rest = line.partition(" ")
        if verb in ANSWERS:
            return ANSWERS[verb](rest)
        match verb:
            case "slow":
                self.release.wait(30)
            case "poweron":
                return Started(operation=self.operations.begin("poweron", rest, actor, origin))
            case "forbidden":
                return Started(operation=self.operations.begin("nuke", rest, actor, origin, State.REFUSED))
            case "nuke":
                threading.Event().wait(self.plan_takes_s)
                return self._ask(rest, actor, origin, key, asked_at)
            case "resize":
                sizes: dict[str, Scalar] = {"cpu_count": 4, "memory_mib": 8192}
                request = Request(
                    verb="transform",
                    actor=actor,
                    origin=origin,
                    key=key,
                    vm=Ref("lab", "vm-1"),
                    arguments=sizes,
                    asked_at=asked_at,
                )
                return self.look(request)
        return Answer(title=f"{verb} {rest}", buttons=(Button(label="Again", command=line),))

    def confirm(self, request: Request, plan_hash: str, *, tonight: bool = False) -> Reply:
        """See `Dispatcher.confirm`."""
        begins = begins_tonight(NIGHT, request.asked_at) if tonight else request.not_before
        threading.Event().wait(self.yes_takes_s)
        if self.by_now is not None and self.by_now.hash != plan_hash:
            return Ask(plan=self.by_now, request=request, tonight=NIGHT)
        self.confirmed.append(replace(request, confirmed=plan_hash, not_before=begins))
        operation = self.operations.begin(request.verb, "web-01", request.actor, request.origin)
        return Started(operation=operation)

    def look(self, request: Request) -> Reply:
        """See `Dispatcher.look`: a resize with a restart, up to 8 vCPUs."""
        cpu_count = request.arguments["cpu_count"]
        if not isinstance(cpu_count, int) or cpu_count > MOST_CPU:
            return Answer(title=f"{cpu_count} vCPU are over the limit", lines=("Ask for less.",), tone=Tone.FAILED)
        plan = Plan(
            verb="transform",
            vm=request.vm,
            vm_name="web-01",
            summary="Resize web-01 with a restart",
            effect=Effect.RESTART,
            changes=(Change(label="vCPU", before="2", after=str(cpu_count)),),
            notes=(Change(label="Host after", before="", after="esx-01: 78 % CPU free"),),
            needs_confirmation=True,
            details={"stages": [{"stage": "resize", **request.arguments}], "expects": {"cpu_count": 2}},
            hash=HASH,
        )
        return Ask(plan=plan, request=request, tonight=NIGHT)

    def _ask(self, name: str, actor: Actor, origin: Origin, key: str, asked_at: datetime) -> Ask:
        request = Request(verb="nuke", actor=actor, origin=origin, key=key, vm=Ref("lab", "vm-1"), asked_at=asked_at)
        plan = Plan(
            verb="nuke",
            vm=Ref("lab", "vm-1"),
            vm_name=name,
            summary=f"Delete {name}",
            effect=Effect.LOSS,
            changes=(Change(label="Disk", before="40 GB", after="gone"),),
            needs_confirmation=True,
            type_name_to_confirm=True,
            details={"expects": {"snapshot_count": 0}},
            hash=HASH,
        )
        return Ask(plan=plan, request=request, tonight=NIGHT)
