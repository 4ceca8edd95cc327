"""What holds for every case that anybody can think of, and over every history."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from remediation.admission import Admission, Case, Guard, without_remedy
from remediation.guards import ALL_GUARDS
from remediation.model import (
    History,
    Hold,
    HoldKind,
    Mode,
    NoRemedy,
    Outcome,
    PlaybookName,
    Remedy,
    RemedyState,
    Verdict,
    VerdictKind,
)
from remediation.modes import standing
from remediation.registry import PLAYBOOKS
from tests.unit.remediation import samples as make
from tests.unit.remediation.samples import CLUSTER, DAY, LAB, NOW
from vsphere.model import AlarmStatus, ConnectionState, DiskFacts, PowerState, Ref

YES = frozenset({VerdictKind.ACT, VerdictKind.ASK})
RANK = (HoldKind.NOTHING, HoldKind.REFUSE, HoldKind.WAIT, HoldKind.WINDOW, HoldKind.RECOMMEND)
REFS = st.sampled_from([Ref(LAB, f"vm-{number}") for number in range(1, 4)])
PAST = st.timedeltas(timedelta(0), 2 * DAY).map(lambda ago: NOW - ago)
PERCENT = st.one_of(st.none(), st.floats(0, 100))
AMOUNT = st.one_of(st.none(), st.just(0.0), st.floats(0, 10_000))
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["iaas.auto", "iaas.max-cpu", "iaas.max-memory"]),
    st.sampled_from(["", "off", "on", "4", "12", "16 GB", "perhaps"]),
)
VMS = st.builds(
    make.vm,
    cpu_count=st.integers(1, 20),
    cores_per_socket=st.sampled_from([1, 1, 2, 4]),
    memory_mib=st.integers(1, 12_000).map(lambda fours: 4 * fours),
    cpu_hot_add=st.booleans(),
    memory_hot_add=st.booleans(),
    snapshot_count=st.integers(0, 4),
    power=st.sampled_from([PowerState.ON, PowerState.ON, PowerState.OFF]),
    attributes=ATTRIBUTES,
    datastores=st.sampled_from([(make.GOLD,), ()]),
)
HOSTS = st.builds(
    make.host,
    cpu_used_mhz=st.integers(0, 32_000),
    memory_used_mib=st.integers(0, 65_536),
    connection=st.sampled_from([ConnectionState.CONNECTED, ConnectionState.CONNECTED, ConnectionState.NOT_RESPONDING]),
)
REMEDIES = st.builds(
    make.remedy,
    key=st.sampled_from(["a", "b", "c", "d"]),
    at=PAST,
    vm=REFS,
    playbook=st.sampled_from(PlaybookName),
    state=st.sampled_from(RemedyState),
    mode=st.sampled_from([Mode.APPROVE, Mode.AUTO]),
    outcome=st.one_of(st.none(), st.sampled_from(Outcome)),
)
REDDENINGS = st.builds(make.reddening, at=PAST, moref=st.sampled_from([f"vm-{number}" for number in range(1, 9)]))
SWITCHES = st.builds(
    make.switch,
    key=st.sampled_from(["pause", "vm/lab/vm-1", "again/lab/vm-1", "breaker/add-cpu", "rearm/add-cpu"]),
    value=st.just("on"),
    at=PAST,
)
HISTORIES = st.builds(
    lambda remedies, reddenings, switches, undone: make.history(
        *remedies, reddenings=reddenings, switches=switches, undone=undone
    ),
    st.lists(REMEDIES, max_size=8),
    st.lists(REDDENINGS, max_size=12),
    st.lists(SWITCHES, max_size=2),
    st.sampled_from([{}, {}, {"a": make.undoing()}]),
)
SAMPLES = st.builds(
    make.samples,
    count=st.sampled_from([0, 20, 45]),
    cpu=PERCENT,
    memory=PERCENT,
    ready=PERCENT,
    costop=PERCENT,
    balloon=AMOUNT,
    swapped=AMOUNT,
)
DISKS = st.builds(
    DiskFacts,
    fault_tolerant=st.booleans(),
    memory_at_boot_mib=st.one_of(st.none(), st.integers(256, 40_000)),
    bytes_by_datastore=st.just({"datastore-1": 20 * make.GIB}),
)
ENDS = (*[RemedyState.SUCCEEDED] * 6, RemedyState.FAILED, RemedyState.DROPPED, RemedyState.RUNNING, RemedyState.ASKED)
GROWING = st.sampled_from([PlaybookName.ADD_CPU, PlaybookName.ADD_MEMORY, PlaybookName.MOVE_VM])


@st.composite
def situations(draw: Any) -> dict[str, Any]:
    """All that a case is made of, but for the recommendation."""
    vm, host = draw(VMS), draw(HOSTS)
    alarm = draw(st.sampled_from([make.alarm(), make.alarm(), None, make.alarm(status=AlarmStatus.YELLOW)]))
    facts = make.facts(
        vm=vm,
        host=host,
        hosts=(host, make.host("host-2")),
        cluster_hosts=(host, make.host("host-2")),
        datastores=(
            make.datastore(used_gib=draw(st.sampled_from([500, 900]))),
            make.datastore("datastore-2", used_gib=100),
        ),
        alarm=alarm,
        started_at=draw(st.sampled_from([NOW - DAY, NOW - DAY, NOW])),
        disks=draw(st.sampled_from([{}, {vm.ref: draw(DISKS)}])),
        samples=draw(SAMPLES),
        protected=draw(st.sampled_from([frozenset(), frozenset(), frozenset({vm.ref})])),
    )
    name = draw(GROWING)
    playbook = make.playbook(name, mode=draw(st.sampled_from([Mode.AUTO, Mode.AUTO, Mode.APPROVE, *Mode])))
    return {"facts": facts, "history": draw(HISTORIES), "playbook": playbook, "settings": make.settings()}


def case_of(situation: dict[str, Any]) -> Case | NoRemedy:
    """As the engine makes it: the playbook is asked, then the mode."""
    facts, playbook, chosen = situation["facts"], situation["playbook"], situation["settings"]
    found = PLAYBOOKS[playbook.name].recommend(facts, playbook, chosen)
    if isinstance(found, NoRemedy):
        return found
    mode = standing(facts, situation["history"], playbook, chosen).mode
    return make.case(mode=mode, recommendation=found, **situation)


def verdict_of(case: Case | NoRemedy, guards: Sequence[Guard] = ALL_GUARDS) -> Verdict:
    return without_remedy(case) if isinstance(case, NoRemedy) else Admission(guards).judge(case)


@settings(deadline=None, max_examples=60)
@given(situations())
def test_what_is_done_is_never_below_what_the_vm_has_and_never_over_the_cap(situation: dict[str, Any]) -> None:
    verdict, vm, playbook = verdict_of(case_of(situation)), situation["facts"].vm, situation["playbook"]

    if verdict.recommendation is None or verdict.recommendation.verb != "transform":
        return
    wanted = verdict.recommendation.arguments
    most_cpu = {"": 8, "4": 4, "12": 12}.get(vm.attributes.get("iaas.max-cpu", ""), 0)
    most_gib = {"": 32, "4": 4, "12": 12, "16 GB": 16}.get(vm.attributes.get("iaas.max-memory", ""), 0)
    assert len(wanted) == 1
    if playbook.name is PlaybookName.ADD_CPU:
        assert vm.cpu_count < int(wanted["cpu_count"]) <= most_cpu
    else:
        assert vm.memory_mib < int(wanted["memory_mib"]) <= most_gib * 1024


@settings(deadline=None, max_examples=60)
@given(situations())
def test_every_verdict_and_every_no_has_its_reason_and_every_no_a_way_out(situation: dict[str, Any]) -> None:
    verdict = verdict_of(case_of(situation))

    assert verdict.reason.endswith(".")
    assert all(hold.reason.endswith(".") and hold.way_out for hold in verdict.holds)
    assert verdict.kind in YES or verdict.way_out


@settings(deadline=None, max_examples=60)
@given(situations())
def test_what_is_red_no_more_protected_or_off_is_never_touched(situation: dict[str, Any]) -> None:
    facts = situation["facts"]
    verdict = verdict_of(case_of(situation))

    if verdict.kind in YES:
        assert facts.alarm is not None
        assert facts.alarm.status is AlarmStatus.RED
        assert not facts.protected
        assert situation["playbook"].mode in {Mode.AUTO, Mode.APPROVE}


@settings(deadline=None, max_examples=60)
@given(situations(), st.sampled_from(HoldKind))
def test_one_more_no_never_makes_a_yes_of_a_no_nor_a_milder_one(situation: dict[str, Any], kind: HoldKind) -> None:
    case = case_of(situation)
    if isinstance(case, NoRemedy):
        return

    class Another:
        name = "another"
        needs_metrics = False

        def check(self, _case: Case) -> Hold | None:
            return Hold(guard=self.name, kind=kind, reason="No.", way_out="None.")

    before, after = verdict_of(case), verdict_of(case, [*ALL_GUARDS, Another()])

    assert after.kind not in YES
    assert set(before.holds) < set(after.holds)
    assert not before.holds or RANK.index(after.holds[0].kind) <= RANK.index(before.holds[0].kind)


@settings(deadline=None, max_examples=60)
@given(situations(), st.permutations(ALL_GUARDS))
def test_the_order_in_which_they_are_asked_changes_nothing(situation: dict[str, Any], order: Sequence[Guard]) -> None:
    case = case_of(situation)

    assert verdict_of(case, order) == verdict_of(case)


@settings(deadline=None, max_examples=60)
@given(situations())
def test_what_a_glance_decides_no_closer_look_makes_milder(situation: dict[str, Any]) -> None:
    case = case_of(situation)
    if isinstance(case, NoRemedy):
        return
    unread = replace(case, facts=replace(case.facts, samples=(), host_samples=(), disks={}))

    glanced, judged = Admission(ALL_GUARDS).glance(unread), verdict_of(case)

    if glanced is not None:
        assert judged.kind not in YES
        assert RANK.index(judged.holds[0].kind) <= RANK.index(glanced.holds[0].kind)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(1, 30), st.integers(1, 4), st.sampled_from(ENDS)),
        min_size=20,
        max_size=80,
    )
)
def test_over_any_history_no_hour_has_more_than_ten_no_day_more_than_two_of_a_vm(
    steps: list[tuple[int, int, int, RemedyState]],
) -> None:
    """Every step is some seconds later, a red alarm on some VM of some cluster, and how its remedy would end."""
    now, done = NOW, list[Remedy]()
    for seconds, vm, cluster, state in steps:
        now += timedelta(seconds=seconds)
        if _admitted(now, vm, cluster, done):
            done.append(
                make.remedy(
                    now,
                    key=str(len(done)),
                    vm=Ref(LAB, f"vm-{cluster}-{vm}"),
                    cluster=Ref(LAB, f"domain-c{cluster}"),
                    state=state,
                )
            )

    counted = [one for one in done if one.state not in {RemedyState.DROPPED, RemedyState.ASKED}]
    assert all(_within(counted, one.at, timedelta(hours=1)) <= 10 for one in counted)
    assert all(_within([each for each in counted if each.vm == one.vm], one.at, DAY) <= 2 for one in counted)
    busy = [one for one in done if one.state is RemedyState.RUNNING]
    assert all(sum(each.cluster == one.cluster for each in busy) <= 2 for one in busy)


def _within(remedies: Sequence[Remedy], end: datetime, length: timedelta) -> int:
    return sum(end - length < one.at <= end for one in remedies)


def _admitted(now: datetime, number: int, cluster_number: int, done: Sequence[Remedy]) -> bool:
    cluster = Ref(LAB, f"domain-c{cluster_number}")
    host = make.host(cluster=cluster)
    vm = make.vm(ref=Ref(LAB, f"vm-{cluster_number}-{number}"))
    facts = make.facts(
        now=now,
        vm=vm,
        host=host,
        hosts=(host,),
        cluster_hosts=(host,),
        disks={},
        samples=(),
    )
    past, at_once = History(remedies=tuple(done)), make.settings(guards={"sustained_percent": 0.0})
    case = make.case(facts=facts, history=past, settings=at_once, recommendation=make.more_cpu(vm))
    return Admission(ALL_GUARDS).judge(case).kind is VerdictKind.ACT


def test_a_long_day_does_reach_the_hourly_budget() -> None:
    """Else the property above would hold for an admission that never says yes."""
    now, done = NOW, list[Remedy]()
    for step in range(60):
        now += timedelta(seconds=30)
        if _admitted(now, step, step % 4, done):
            done.append(make.remedy(now, key=str(step), vm=Ref(LAB, f"vm-{step % 4}-{step}"), cluster=CLUSTER))

    assert len(done) == 10
