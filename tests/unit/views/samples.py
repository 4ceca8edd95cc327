"""Operations, plans and answers for the views' tests: plain values and strategies."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.answers import Answer, Button, Table, Tone
from operations.model import Actor, Change, Effect, Operation, Origin, Plan, Request, State
from operations.terms import Window
from vsphere.model import Ref

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
DANA = Actor(id="U0DANA", name="dana")
HERE = Origin(channel="C0VMS", channel_name="vm-requests")
HASH = "a" * 64

PLAN = Plan(
    verb="transform",
    vm=Ref("lab", "vm-1"),
    vm_name="web-01",
    summary="Resize web-01",
    effect=Effect.RESTART,
    changes=(Change(label="vCPU", before="2", after="4"), Change(label="Memory", before="4 GB", after="8 GB")),
    warnings=("A snapshot is 4 days old",),
    notes=(
        Change(label="Host after", before="", after="esx-01: 78 % CPU, 69 % memory free at full load"),
        Change(label="Cost a month", before="EUR 32.00", after="EUR 60.00"),
    ),
    details={"stages": [{"stage": "resize", "cpu_count": 4, "memory_mib": 8192}]},
    needs_confirmation=True,
    hash=HASH,
)
OPERATION = Operation(
    id="R7F3K",
    version=3,
    verb="transform",
    state=State.RUNNING,
    actor=DANA,
    origin=HERE,
    vm=Ref("lab", "vm-1"),
    vm_name="web-01",
    summary="Resize web-01",
    plan=PLAN,
    stage="reconfigure",
    stages=("power off", "reconfigure", "power on"),
    stages_done=1,
    percent=42,
    text="",
    way_out=None,
    rule="requesters",
    task="lab/task-12",
    result=None,
    cancel_requested_by=None,
    created_at=NOW - timedelta(seconds=200),
    started_at=NOW - timedelta(seconds=190),
    finished_at=None,
)
DONE = replace(OPERATION, state=State.SUCCEEDED, percent=None, stages_done=3, finished_at=NOW, text="4 vCPU, 8 GB")
NIGHT = Window(start=time(22), end=time(5), zone=ZoneInfo("Europe/Berlin"))
REQUEST = Request(
    verb="nuke", actor=DANA, origin=HERE, key="trigger-1", vm=Ref("lab", "vm-1"), arguments={"hard": True}, asked_at=NOW
)

foreign = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["<!channel>", "a|b", "../x", "x" * 5000, "&amp;" * 900, "🐘" * 80, "", " ", "\ud800", "*_~`"]),
)
button = st.builds(Button, label=foreign, command=foreign, style=st.sampled_from(["", "primary", "danger"]))
_row = st.lists(foreign, max_size=22).map(tuple)
_rows = st.builds(lambda row, times: (row,) * times, _row, st.integers(0, 120))


def _repeated(values: st.SearchStrategy[Button], most: int) -> st.SearchStrategy[tuple[Button, ...]]:
    """Many equal ones: they cost nothing to draw and overflow the same limits."""
    return st.builds(lambda value, times: (value,) * times, values, st.integers(0, most))


answers = st.builds(
    Answer,
    title=foreign,
    lines=st.lists(foreign, max_size=30).map(tuple),
    fields=st.lists(st.tuples(foreign, foreign), max_size=25).map(tuple),
    table=st.none() | st.builds(Table, columns=_row, rows=_rows),
    code=st.none() | foreign,
    note=st.none() | foreign,
    buttons=_repeated(button, 30),
    choices=_repeated(button, 120),
    tone=st.sampled_from(Tone),
)
changes = st.lists(st.builds(Change, label=foreign, before=foreign, after=foreign), max_size=30).map(tuple)
plans = st.builds(
    replace,
    st.just(PLAN),
    summary=foreign,
    vm_name=foreign,
    verb=foreign,
    effect=st.sampled_from(Effect),
    changes=changes,
    notes=changes,
    warnings=st.lists(foreign, max_size=20).map(tuple),
)
operations = st.builds(
    replace,
    st.just(OPERATION),
    id=st.sampled_from(["R7F3K", "<!here>"]),
    state=st.sampled_from(State),
    summary=foreign,
    vm_name=foreign,
    verb=foreign,
    text=foreign,
    way_out=st.none() | foreign,
    rule=st.none() | foreign,
    plan=st.none() | plans,
    stage=st.none() | foreign,
    stages=st.builds(lambda name, times: (name,) * times, foreign, st.integers(0, 60)),
    stages_done=st.integers(0, 60),
    percent=st.none() | st.integers(0, 100),
    finished_at=st.none() | st.just(NOW),
)
