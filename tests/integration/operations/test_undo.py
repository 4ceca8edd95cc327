"""Undo over the wire: each verb's way back, once, for a while, and only where the VM is as it was left."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from operations.errors import ConfirmationNeededError, NotUndoableError, UnknownOperationError
from operations.model import Actor, Effect, Operation, Scalar, State
from operations.policy import Policy, Rule
from tests.integration.operations.conftest import MakeLab
from tests.integration.operations.lab import DANA, ERIK, HERE, Lab, eventually
from tests.integration.operations.leased import HOUR, SMALL, Make, ends, mirrored
from vsphere.model import PowerState

_KEYS = iter(range(1_000_000))


def undo(lab: Lab, operation: Operation, actor: Actor = DANA) -> Operation:
    """Take an operation back, say yes where it asks, and wait for the end."""
    known = lab.operations.reversing.known(operation.id)
    if known is not None:
        return lab.end(known)
    request = lab.operations.reversing.request(
        operation.id, actor=actor, origin=HERE, key=f"undo-{next(_KEYS)}", asked_at=lab.clock.now()
    )
    return lab.end(lab.ask_for(request))


@pytest.mark.parametrize(
    ("verb", "arguments", "prepared"),
    [
        ("transform", {"cpu_count": 3, "memory_mib": 6144}, {"cpus": 2, "memory_mib": 4096}),
        ("transform", {"cpu_count": 1}, {"cpus": 2, "memory_mib": 4096}),
        ("poweron", {}, {"power": "off"}),
        ("poweroff", {}, {"tools_running": True}),
        ("poweroff", {"hard": True}, {}),
    ],
    ids=["bigger", "smaller", "on", "off", "cut"],
)
def test_size_and_power_go_back_to_what_they_were(
    lab: Lab, verb: str, arguments: Mapping[str, Scalar], prepared: Mapping[str, Scalar]
) -> None:
    base = {"power": "on", "tools_running": True, "cpu_hot_add": True, "memory_hot_add": True}
    before = lab.prepare("web-03", **{**base, **prepared})
    done = lab.do(verb, "web-03", arguments=arguments)

    back = undo(lab, done)

    after = lab.gateway.read_vm(before.ref)
    assert back.state is State.SUCCEEDED, back.text
    assert (back.undoes, lab.operations.get(done.id).undone_by) == (done.id, back.id)
    assert (after.cpu_count, after.memory_mib, after.power) == (before.cpu_count, before.memory_mib, before.power)


def test_a_smaller_size_is_asked_about_like_any_restart(lab: Lab) -> None:
    lab.prepare("web-03", power="on", tools_running=True, cpu_hot_add=True, cpus=2)
    done = lab.do("transform", "web-03", arguments={"cpu_count": 4})
    request = lab.operations.reversing.request(
        done.id, actor=DANA, origin=HERE, key="undo-asks", asked_at=lab.clock.now()
    )

    with pytest.raises(ConfirmationNeededError) as asked:
        lab.operations.submit(request)

    assert asked.value.plan.effect is Effect.RESTART
    assert lab.operations.get(done.id).undone_by is None


def test_the_bin_and_back_and_there_again(leased: Lab, make: Make) -> None:
    ref = make("there-and-back")
    nuked = leased.do("nuke", ref)

    restored = undo(leased, nuked)
    eventually(lambda: mirrored(leased, ref).name == "there-and-back")
    eventually(lambda: mirrored(leased, ref).power is PowerState.ON)
    again = undo(leased, restored)

    assert [restored.verb, again.verb] == ["restore", "nuke"]
    assert [restored.state, again.state] == [State.SUCCEEDED, State.SUCCEEDED], (restored.text, again.text)
    assert leased.gateway.read_vm(ref).name.startswith("there-and-back.binned-")


@pytest.mark.parametrize("verb", ["spawn", "clone", "clonetemplate"])
def test_a_new_vm_goes_to_the_bin(leased: Lab, verb: str) -> None:
    source = {"spawn": None, "clone": "web-06", "clonetemplate": "debian-12"}[verb]
    made = leased.do(verb, source, name=f"unmade-{verb}", arguments=SMALL if verb == "spawn" else {})
    assert made.result is not None
    ref = made.result
    eventually(lambda: mirrored(leased, ref).power is leased.gateway.read_vm(ref).power)

    back = undo(leased, made)

    assert (back.verb, back.state) == ("nuke", State.SUCCEEDED), back.text
    assert leased.gateway.read_vm(ref).name.startswith(f"unmade-{verb}.binned-")
    leased.estate.delete_vm(ref.moref)


def test_that_very_snapshot_is_removed(lab: Lab) -> None:
    lab.do("snapshot.create", "web-02", arguments={"snapshot": "kept"})
    eventually(lambda: lab.vm("web-02").snapshot_count > 0)
    taken = lab.do("snapshot.create", "web-02", arguments={"snapshot": "unwanted"})

    back = undo(lab, taken)

    assert (back.verb, back.state) == ("snapshot.remove", State.SUCCEEDED), back.text
    assert lab.estate.vm("web-02").snapshots == ("kept",)
    lab.do("snapshot.remove", "web-02", arguments={"snapshot": "kept"})


def test_a_snapshot_of_the_same_name_by_somebody_else_is_kept(lab: Lab) -> None:
    taken = lab.do("snapshot.create", "web-02", arguments={"snapshot": "mine"})
    eventually(lambda: lab.vm("web-02").snapshot_count > 0)
    lab.do("snapshot.remove", "web-02", arguments={"snapshot": "mine"})
    eventually(lambda: lab.vm("web-02").snapshot_count == 0)
    lab.do("snapshot.create", "web-02", arguments={"snapshot": "mine"}, actor=ERIK)

    with pytest.raises(NotUndoableError, match="its snapshot is gone"):
        undo(lab, taken)

    assert lab.estate.vm("web-02").snapshots == ("mine",)
    lab.do("snapshot.remove", "web-02", arguments={"snapshot": "mine"})


def test_a_move_goes_back(lab: Lab) -> None:
    before = lab.estate.vm("web-04").datastore
    moved = lab.do("move", "web-04")
    eventually(lambda: lab.gateway.inventory.name(lab.vm("web-04").datastores[0]) == lab.estate.vm("web-04").datastore)

    back = undo(lab, moved)

    assert (back.verb, back.state, lab.estate.vm("web-04").datastore) == ("move", State.SUCCEEDED, before)


def test_a_lease_goes_back_to_its_former_end(leased: Lab, make: Make) -> None:
    ref = make("leased-back", lease_s=3 * 86400)
    before = ends(leased, ref)
    extended = leased.do("lease.extend", ref, arguments={"extend_s": 86400})

    back = undo(leased, extended)

    assert (back.verb, back.state, ends(leased, ref)) == ("lease.extend", State.SUCCEEDED, before)


def test_an_undo_is_undone_like_anything_else(lab: Lab) -> None:
    lab.prepare("web-03", power="off")
    done = lab.do("poweron", "web-03")
    back = undo(lab, done)

    redone = undo(lab, back)

    assert (redone.verb, redone.undoes, redone.state) == ("poweron", back.id, State.SUCCEEDED)
    again = undo(lab, done)
    assert (again.verb, again.undoes, again.state) == ("poweroff", done.id, State.SUCCEEDED)
    assert again.id != back.id


def test_a_second_undo_answers_with_the_first(lab: Lab) -> None:
    lab.prepare("web-03", power="off")
    done = lab.do("poweron", "web-03")
    requests = [
        lab.operations.reversing.request(done.id, actor=who, origin=HERE, key=key, asked_at=lab.clock.now())
        for who, key in ((DANA, "undo-first"), (ERIK, "undo-second"))
    ]

    first, second = (lab.end(lab.ask_for(request)) for request in requests)

    assert first.id == second.id
    assert lab.kinds(done).count("operation.undoing") == 1
    assert [one.undone_by for one in lab.news.of(done.id)][-1] == first.id


def test_an_undo_that_failed_may_be_tried_again(lab: Lab) -> None:
    lab.prepare("web-03", power="on", tools_running=False)
    done = lab.do("poweroff", "web-03", arguments={"hard": True})
    lab.estate.fail_next("PowerOnVM_Task", "NoPermission", privilege="VirtualMachine.Interact.PowerOn")

    first, second = undo(lab, done), undo(lab, done)

    assert (first.state, second.state) == (State.FAILED, State.SUCCEEDED)
    assert lab.operations.get(done.id).undone_by == second.id


def test_after_an_hour_it_is_too_late(lab: Lab) -> None:
    lab.prepare("web-03", power="off")
    done = lab.do("poweron", "web-03")
    lab.clock.move(HOUR + timedelta(minutes=1))

    with pytest.raises(NotUndoableError, match="its time for that is over"):
        undo(lab, done)


@pytest.mark.parametrize(
    ("verb", "arguments", "since", "told"),
    [
        ("transform", {"cpu_count": 3}, {"cpus": 4}, "it has 4 vCPU and 4 GB"),
        ("poweron", {}, {"power": "off"}, "it is off"),
        ("poweroff", {"hard": True}, {"power": "on"}, "it is on"),
    ],
)
def test_a_vm_that_changed_since_is_not_changed_back(
    lab: Lab, verb: str, arguments: Mapping[str, Scalar], since: Mapping[str, Scalar], told: str
) -> None:
    power = "off" if verb == "poweron" else "on"
    lab.prepare("web-03", power=power, cpu_hot_add=True, cpus=2, memory_mib=4096)
    done = lab.do(verb, "web-03", arguments=arguments)
    lab.prepare("web-03", **since)

    with pytest.raises(NotUndoableError, match=f"web-03 is no longer as {done.id} left it: {told}"):
        undo(lab, done)

    assert lab.writes() == []


def test_a_restored_vm_that_was_put_away_again_is_told(leased: Lab, make: Make) -> None:
    ref = make("put-away-01")
    nuked = leased.do("nuke", ref)
    eventually(lambda: "/Recycle bin/" in leased.gateway.inventory.path(ref))
    leased.do("restore", ref)

    with pytest.raises(NotUndoableError, match="it is not in the recycle bin"):
        undo(leased, nuked)


@pytest.mark.parametrize(("verb", "why"), [("reboot", "a restart has happened"), ("reset", "a restart has happened")])
def test_what_nothing_takes_back_says_why(lab: Lab, verb: str, why: str) -> None:
    lab.prepare("web-03", power="on", tools_running=True)
    done = lab.do(verb, "web-03")

    with pytest.raises(NotUndoableError, match=f"{done.id} can't be undone: {why}"):
        undo(lab, done)


def test_what_has_changed_nothing_can_not_be_undone(lab: Lab) -> None:
    lab.prepare("web-03", power="on")
    nothing = lab.do("poweron", "web-03")
    refused = lab.ask("poweron", "web-03", actor=Actor(id="U9", name="Nora"))

    for operation in (nothing, refused):
        with pytest.raises(NotUndoableError, match="has changed nothing that could be undone"):
            undo(lab, operation)
    with pytest.raises(UnknownOperationError):
        lab.operations.reversing.known("ZZZZZ")


def test_the_gates_are_those_of_the_verb_that_takes_it_back(make_lab: MakeLab, sqlite_url: str) -> None:
    rules = (
        Rule(name="all", users=("U1",), channels=("*",), verbs=("*",)),
        Rule(name="on only", users=("U2",), channels=("*",), verbs=("poweron",)),
    )
    lab = make_lab(sqlite_url, policy=Policy(rules))
    lab.prepare("web-03", power="off")
    done = lab.do("poweron", "web-03", actor=ERIK)

    refused = undo(lab, done, ERIK)
    allowed = undo(lab, done, DANA)

    assert (refused.state, refused.rule) == (State.REFUSED, "on only")
    assert "poweroff" in refused.text
    assert (allowed.state, lab.operations.get(done.id).undone_by) == (State.SUCCEEDED, allowed.id)


def test_what_was_undone_and_brought_back_may_be_undone_again(leased: Lab, make: Make) -> None:
    ref = make("to-and-fro")
    made = next(one for one in leased.operations.recent(9, vm=ref) if one.verb == "spawn")
    nuked = undo(leased, made)
    eventually(lambda: "/Recycle bin/" in leased.gateway.inventory.path(ref))
    restored = undo(leased, nuked)
    eventually(lambda: mirrored(leased, ref).name == "to-and-fro" and mirrored(leased, ref).power is PowerState.ON)

    again = undo(leased, made)

    assert [one.verb for one in (nuked, restored, again)] == ["nuke", "restore", "nuke"]
    assert (again.state, leased.operations.get(made.id).undone_by) == (State.SUCCEEDED, again.id), again.text
    assert again.id != nuked.id
    assert leased.operations.reversing.known(made.id) == again
