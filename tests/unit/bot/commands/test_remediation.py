"""`remediation`: what it does by itself is shown; who may pause and set it is policy's to say; all is on record."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.answers import Answer, Tone
from bot.commands.remediation import COMMAND, Action, Wanted
from operations.policy import Policy, Rule
from operations.verbnames import SWITCHING
from remediation.model import Mode, Outcome, PlaybookName, Remedy, RemedyState, VerdictKind
from remediation.record import Change as Written
from remediation.switches import again_key, breaker_key, datastore_stop_key, mode_key, rearm_key, stop_key
from tests.unit.bot import world
from tests.unit.bot.commands.decided import decide, incident, record_of
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import ANN, DANA, GUS, ROOM, RULES, Desk, database_url
from tests.unit.remediation import samples
from vsphere.clock import SystemClock
from vsphere.collector import Change
from vsphere.model import Ref
from vsphere.soaptree import Moref

CPU = PlaybookName.ADD_CPU
WEB, DB = Ref("prod", "vm-1"), Ref("prod", "vm-2")
OWNERS = Rule(
    name="owners",
    groups=("@vm-users",),
    channels=("*",),
    verbs=("remediation.stop", "remediation.start"),
    folders=("*",),
    own_only=True,
)


@pytest.fixture
def desk() -> Desk:
    vms = (world.vm(1, "web-01", owner="U1DANA"), world.vm(2, "db-01", folder="Finance"))
    return Desk(world.sites(*vms), url=database_url())


def switches(desk: Desk) -> dict[str, tuple[str, str]]:
    assert desk.context.remediation is not None
    return {one.key: (one.value, one.by) for one in desk.context.remediation.switches().values()}


def with_rules(desk: Desk, *rules: Rule) -> Desk:
    object.__setattr__(desk.context, "policy", Policy((*RULES, *rules)))
    return desk


PARSED = {
    "": Wanted(action=Action.STATUS),
    "status": Wanted(action=Action.STATUS),
    "pause": Wanted(action=Action.PAUSE),
    'pause for=2h reason="patch  day"': Wanted(
        action=Action.PAUSE, span=timedelta(hours=2), reason="patch day"
    ),
    "RESUME": Wanted(action=Action.RESUME),
    "mode add-cpu auto": Wanted(action=Action.MODE, playbook=CPU, mode=Mode.AUTO),
    "mode ADD-CPU configured": Wanted(action=Action.MODE, playbook=CPU),
    "stop web-01@prod": Wanted(action=Action.STOP, name="web-01@prod"),
    "start web-01": Wanted(action=Action.START, name="web-01"),
    "rearm move-vm": Wanted(action=Action.REARM, playbook=PlaybookName.MOVE_VM),
}  # fmt: skip


@pytest.mark.parametrize(("line", "wanted"), PARSED.items())
def test_remediation_is_read(line: str, wanted: Wanted) -> None:
    assert read(COMMAND, line) == wanted
    assert said(COMMAND, line).endswith("…")


WRONG = {
    "reboot": "'reboot' is nothing to do with remediation",
    "mode add-cpu": "remediation mode takes a playbook and a mode",
    "mode add-disk auto": "'add-disk' is no playbook: add-cpu, add-memory, relieve-datastore or move-vm",
    "mode add-cpu wild": "'wild' is no mode: off, recommend, approve, auto or configured",
    "stop": "remediation stop takes one name",
    "resume now": "remediation resume takes nothing more",
    "resume for=2h": "only pause takes for=",
    "pause for=99999d": "'99999d' is too long: 90d is the most",
    "pause for=never": "'never' is no length of time: write 14d, 4h or 14d 4h",
    f"pause reason={'x' * 201}": "the reason has 201 characters; 200 are enough",
    "stop web-*": "'web-*' holds a wildcard",
}


@pytest.mark.parametrize(("line", "complaint"), WRONG.items())
def test_what_makes_no_sense_is_told(line: str, complaint: str) -> None:
    assert fact(COMMAND, line).startswith(complaint)


def test_a_pause_holds_until_it_is_resumed_and_says_who(desk: Desk) -> None:
    paused = desk.ask('remediation pause reason="patch day"')

    assert (paused.title, paused.tone, paused.private) == (
        "ann has paused remediation until somebody resumes it",
        Tone.DONE,
        False,
    )
    assert paused.lines[0] == "patch day"
    assert switches(desk) == {"pause": ("on patch day", "U2ANN")}
    assert desk.ask("remediation").title == "Remediation is paused by <@U2ANN> until somebody resumes it: patch day"
    assert desk.ask("remediation resume").title == "ann has resumed remediation"
    assert switches(desk) == {}
    assert desk.ask("remediation resume").title == "Remediation is not paused."


def test_a_pause_for_a_time_says_until_when(desk: Desk) -> None:
    paused = desk.ask("remediation pause for=2h")

    assert paused.title.startswith("ann has paused remediation until 20")
    assert paused.title.endswith(" UTC")
    assert desk.ask("remediation").title.startswith("Remediation is paused by <@U2ANN> until 20")


def test_a_mode_is_set_and_taken_back_to_what_is_configured(desk: Desk) -> None:
    auto = desk.ask("remediation mode add-memory auto")
    assert auto.title == "ann has set add-memory to mode auto"
    assert switches(desk) == {mode_key(PlaybookName.ADD_MEMORY): ("auto", "U2ANN")}
    assert rows(desk.ask("remediation"))["add-memory"][:2] == ("auto", "<@U2ANN>")

    configured = desk.ask("remediation mode add-memory configured")
    assert configured.title == "ann has set add-memory to mode recommend, as it is configured"
    assert switches(desk) == {}


def test_approve_without_anybody_who_may_approve_is_told(desk: Desk) -> None:
    answer = desk.ask("remediation mode add-cpu approve")

    assert answer.lines[-1] == "Nobody is named in [remediation.approvers], so until then it only recommends."


def test_a_playbook_that_is_not_configured_has_no_mode(desk: Desk) -> None:
    answer = desk.ask("remediation mode move-vm auto")

    assert (answer.tone, answer.title) == (Tone.FAILED, "move-vm is not in the configuration")


def test_a_vm_is_left_alone_until_it_is_started_again(desk: Desk) -> None:
    stopped = desk.ask("remediation stop web-01")
    assert stopped.title == "ann has stopped automatic changes of web-01"
    assert [button.command for button in stopped.buttons] == ["remediation start web-01"]
    assert switches(desk) == {stop_key(WEB): ("on", "U2ANN")}
    again = desk.ask("remediation stop web-01").title
    assert again == "Automatic changes of web-01 are stopped already: <@U2ANN> did that."
    assert "Automatic changes are stopped for 1 VM" in desk.ask("remediation").lines

    started = desk.ask("remediation start web-01")
    assert started.title == "ann has started automatic changes of web-01 again"
    assert switches(desk) == {again_key(WEB): ("on", "U2ANN")}


def test_what_was_never_stopped_can_not_be_started(desk: Desk) -> None:
    for name in ("web-01", "gold-01"):
        answer = desk.ask(f"remediation start {name}")

        told = f"Automatic changes of {name} are not stopped; there is nothing to start."
        assert (answer.title, answer.private) == (told, True)
    assert switches(desk) == {}


def test_a_vm_whose_remedies_did_not_help_is_tried_again_although_nobody_has_stopped_it(desk: Desk) -> None:
    record = record_of(desk)
    (opened,) = record.open([incident(desk, WEB)])
    vain = samples.remedy(
        SystemClock().now() - timedelta(hours=3), vm=WEB, incident_id=opened.id, outcome=Outcome.NO_EFFECT
    )
    record.save([Written(before=opened, after=opened, remedy=vain)])

    started = desk.ask("remediation start web-01")
    again = desk.ask("remediation start web-01")

    assert started.title == "ann has started automatic changes of web-01 again"
    assert started.lines[0].startswith("Remedies that did not help count anew from now on.")
    assert again.title.endswith("there is nothing to start.")
    assert switches(desk) == {again_key(WEB): ("on", "U2ANN")}


def test_a_datastore_is_left_alone_until_it_is_started_again(desk: Desk) -> None:
    gold = datastore_stop_key(Ref("prod", "datastore-9"))

    stopped = desk.ask("remediation stop GOLD-01")
    assert stopped.title == "ann has stopped automatic changes of gold-01"
    assert stopped.lines[0].startswith("Nothing is moved off it or onto it by itself.")
    assert [button.command for button in stopped.buttons] == ["remediation start gold-01"]
    assert switches(desk) == {gold: ("on", "U2ANN")}
    assert "are stopped already" in desk.ask("remediation stop gold-01@prod").title
    assert "Automatic changes are stopped for 1 datastore" in desk.ask("remediation").lines

    assert desk.ask("remediation start gold-01").title == "ann has started automatic changes of gold-01 again"
    assert switches(desk) == {}


def test_a_name_that_a_vm_and_a_datastore_have_is_a_question() -> None:
    folder = {"name": "datastore", "parent": Moref("Datacenter", "datacenter-2")}
    there = (
        Change("enter", Moref("Folder", "group-s4"), folder),
        Change("enter", Moref("Datastore", "datastore-9"), {"name": "gold-01", "parent": Moref("Folder", "group-s4")}),
    )
    desk = Desk(world.sites(world.vm(1, "gold-01"), *there), url=database_url())

    asked = desk.ask("remediation stop gold-01")
    commands = [choice.command for choice in asked.choices]

    assert (asked.title, asked.tone) == ("2 are called gold-01. Which one?", Tone.QUESTION)
    assert [choice.label for choice in asked.choices] == ["VM gold-01", "Datastore gold-01 (prod)"]
    assert commands == ["remediation stop DC/vm/Web/gold-01@prod", "remediation stop DC/datastore/gold-01@prod"]
    assert desk.ask(commands[0]).title == "ann has stopped automatic changes of gold-01"
    assert set(switches(desk)) == {stop_key(WEB)}
    assert desk.ask(commands[1]).title == "ann has stopped automatic changes of gold-01"
    assert set(switches(desk)) == {stop_key(WEB), datastore_stop_key(Ref("prod", "datastore-9"))}


def test_what_is_neither_a_vm_nor_a_datastore_is_told_with_what_is_near(desk: Desk) -> None:
    answer = desk.ask("remediation stop gold-1")

    assert (answer.title, answer.tone) == ("No VM and no datastore is called 'gold-1'.", Tone.FAILED)
    assert "remediation stop gold-01" in [button.command for button in answer.buttons]


def test_a_mode_that_is_set_already_is_told_and_nobody_else_hears_of_it(desk: Desk) -> None:
    first = desk.ask("remediation mode add-cpu configured")
    desk.ask("remediation mode add-cpu off")
    second = desk.ask("remediation mode add-cpu off")

    assert first.title == "add-cpu is in mode auto already, as it is configured."
    assert second.title == "add-cpu is in mode off already: <@U2ANN> has set it so."
    assert (first.private, second.private) == (True, True)


def test_where_the_configuration_has_switched_it_off_every_switch_says_so(desk: Desk) -> None:
    assert desk.context.remediation is not None
    desk.context.remediation.settings = replace(desk.context.remediation.settings, enabled=False)

    for line in ("pause", "resume", "mode add-cpu off", "stop web-01", "start web-01", "start db-01"):
        told = desk.ask(f"remediation {line}").lines
        assert told[-1].startswith("Remediation is switched off in the configuration, so nothing comes of it"), line


def test_read_only_is_said_before_the_modes_that_it_overrules(desk: Desk) -> None:
    object.__setattr__(desk.context, "policy", Policy(RULES, read_only=True))

    told = desk.ask("remediation status")

    assert told.title == "Remediation is held back: the bot is read-only"
    assert told.lines[0].startswith("The bot is switched to read-only, so whatever the modes say, nothing is changed")
    assert any(line.startswith("The bot is switched to read-only") for line in desk.ask("why web-01").lines)
    desk.ask("remediation pause")
    assert desk.ask("remediation").title.startswith("Remediation is paused by <@U2ANN>")
    assert desk.ask("remediation").lines[0].startswith("The bot is switched to read-only")


def failed(desk: Desk) -> None:
    """Three failures in the last hours."""
    record = record_of(desk)
    (opened,) = record.open([incident(desk, WEB)])
    for number in range(3):
        at = SystemClock().now() - timedelta(hours=3 - number)
        remedy: Remedy = samples.remedy(
            at, key=f"{opened.key}/{number}", vm=WEB, incident_id=opened.id, state=RemedyState.FAILED
        )
        (opened,) = record.save([Written(before=opened, after=opened, remedy=remedy)])


def test_a_mode_that_a_tripped_breaker_holds_back_says_so_and_until_when(desk: Desk) -> None:
    held = (
        "Its breaker has tripped: 3 changes by add-cpu failed within 24 h. Until `remediation rearm add-cpu` it goes on"
        " only recommending."
    )
    before = desk.ask("remediation mode add-cpu approve")
    failed(desk)

    auto, off = desk.ask("remediation mode add-cpu auto"), desk.ask("remediation mode add-cpu off")
    other = desk.ask("remediation mode add-memory auto")

    assert auto.lines[0] == held
    assert not any("breaker" in line for answer in (before, off, other) for line in answer.lines)


def test_a_breaker_that_tripped_is_shown_and_rearmed(desk: Desk) -> None:
    assert (
        desk.ask("remediation rearm add-cpu").title
        == "The breaker of add-cpu has not tripped; there is nothing to rearm."
    )
    failed(desk)
    assert rows(desk.ask("remediation"))["add-cpu"][2:] == (
        "tripped: 3 changes by add-cpu failed within 24 h.",
        "3 failed",
    )

    rearmed = desk.ask("remediation rearm add-cpu")

    assert rearmed.title == "ann has rearmed add-cpu"
    assert set(switches(desk)) == {rearm_key(CPU)}
    assert rows(desk.ask("remediation"))["add-cpu"][2] == "holds"
    assert breaker_key(CPU) not in switches(desk)


def rows(answer: Answer) -> dict[str, tuple[str, ...]]:
    assert answer.table is not None
    return {row[0]: row[1:] for row in answer.table.rows}


def test_the_overview_shows_modes_counters_open_incidents_and_the_last_decisions(desk: Desk) -> None:
    decide(
        desk,
        WEB,
        (VerdictKind.WAIT, "sustained", "Not high for long enough."),
        (VerdictKind.RECOMMEND, "mode", "add-cpu only recommends."),
    )

    answer = desk.ask("remediation status")

    assert answer.title == "Remediation is on"
    assert rows(answer)["add-cpu"][:3] == ("auto", "the configuration", "holds")
    assert rows(answer)["add-memory"][:2] == ("recommend", "the configuration")
    assert any(line.startswith("Changes within the last hour: 0 of at most 10") for line in answer.lines)
    assert "*Open incidents: 1*" in answer.lines
    assert any(
        line.startswith("• *web-01*: Virtual machine CPU usage, red for 5 min · recommend, mode · I")
        for line in answer.lines
    )
    decisions = [line for line in answer.lines if " UTC: " in line][:2]
    assert decisions[0].endswith("*recommend* (mode). add-cpu only recommends.")
    assert decisions[1].endswith("*wait* (sustained). Not high for long enough.")
    assert [button.command for button in answer.buttons] == ["remediation pause for=2h"]


def test_who_may_see_fewer_vms_sees_fewer_incidents_and_how_many_they_do_not_see(desk: Desk) -> None:
    decide(desk, WEB, (VerdictKind.WAIT, "sustained", "web-01 waits."))
    decide(desk, DB, (VerdictKind.WAIT, "sustained", "db-01 waits."))

    lines = desk.ask("remediation status", DANA).lines

    assert "*Open incidents: 2*" in lines
    assert "… and 1 that you may not see here" in lines
    assert not any("db-01" in line for line in lines)


@pytest.mark.parametrize(
    "line",
    [
        "remediation pause",
        "remediation resume",
        "remediation mode add-cpu auto",
        "remediation stop web-01",
        "remediation start web-01",
        "remediation rearm add-cpu",
    ],
)
def test_whoever_may_only_read_changes_nothing_and_is_on_record(desk: Desk, line: str) -> None:
    answer = desk.ask(line, DANA)

    assert answer.tone is Tone.REFUSED
    assert switches(desk) == {}
    refusal = desk.context.operations.refusals.recent(1)[0]
    assert (refusal.actor, refusal.data["verb"]) == ("U1DANA", ".".join(line.split()[:2]))


def test_an_owner_stops_auto_for_their_own_vm_and_for_no_other(desk: Desk) -> None:
    with_rules(desk, OWNERS)

    assert desk.ask("remediation stop web-01", DANA).title == "dana has stopped automatic changes of web-01"
    assert desk.ask("remediation start web-01", DANA).tone is Tone.DONE
    assert desk.ask("remediation stop db-01", DANA).tone is Tone.REFUSED
    of_all = desk.ask("remediation stop gold-01", DANA)
    assert of_all.tone is Tone.REFUSED
    assert of_all.title.startswith("gold-01 is a datastore, which is nobody's own, and no rule gives you")
    assert desk.ask("remediation pause", DANA).tone is Tone.REFUSED
    assert set(switches(desk)) == {again_key(WEB)}


def test_a_guest_learns_nothing(desk: Desk) -> None:
    assert desk.ask("remediation status", GUS).tone is Tone.REFUSED


@pytest.mark.parametrize("verb", sorted(SWITCHING))
def test_a_bot_that_changes_nothing_can_still_be_held_back(verb: str) -> None:
    read_only = Policy(RULES, read_only=True)

    assert verb in read_only.verbs_for(ANN, ROOM)
    assert verb not in read_only.verbs_for(DANA, ROOM)


def test_every_switch_is_on_the_audit_record_with_who(desk: Desk) -> None:
    desk.ask("remediation pause")

    events = [json.loads(line) for line in desk.context.operations.audit.export()]
    last = [event for event in events if event["kind"] == "switch.set"][-1]

    assert (last["actor"], last["data"]["switch"]) == ("U2ANN", "pause")
