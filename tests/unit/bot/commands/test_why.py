"""What `why` says: each verb once, the same answers together, each no with its reason and way out."""

from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

import pytest

from bot.answers import Answer, Tone
from bot.commands.why import COMMAND, Why
from operations.model import Actor, Origin
from remediation.model import VerdictKind
from remediation.settings import Calendar
from tests.unit.bot import world
from tests.unit.bot.commands.decided import decide
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import ANN, DANA, GUS, Desk
from vsphere.model import Ref

READING_ROW = "snapshot.list, show"


@pytest.fixture
def desk() -> Desk:
    return Desk(
        world.sites(
            world.vm(1, "web-01", owner="U1DANA"),
            world.vm(2, "db-01", folder="Finance"),
        )
    )


def rows(answer: Answer) -> tuple[tuple[str, ...], ...]:
    assert answer.table is not None
    return answer.table.rows


def test_why_reads_a_vm_and_a_verb() -> None:
    assert [read(COMMAND, "web-01"), read(COMMAND, "web-01 NUKE")] == [Why(vm="web-01"), Why(vm="web-01", verb="nuke")]
    assert said(COMMAND, "web-01") == "Looking up what you may do to web-01…"


def test_why_without_a_name_or_with_three_words_is_refused() -> None:
    assert fact(COMMAND, "") == "the name is missing"
    assert "one word too many" in fact(COMMAND, "web-01 nuke now")


def test_each_verb_has_one_answer_and_the_same_answers_share_a_row(desk: Desk) -> None:
    answer = desk.ask("why web-01", DANA)
    verbs = [verb for row in rows(answer) for verb in row[1].split(", ")]

    assert answer.title == "web-01: what you may do in #vm-requests"
    assert ("yes", READING_ROW, "web team") in rows(answer)
    assert len(verbs) == len(set(verbs))
    assert {"poweron", "nuke", "transform", "clone", "move", "show"} <= set(verbs)
    assert not {"spawn", "restore", "purge", "list", "help"} & set(verbs)


def test_each_no_has_its_reason_and_the_way_out(desk: Desk) -> None:
    answer = desk.ask("why web-01", DANA)

    assert [row[0] for row in rows(answer)] == ["yes", "no", "no"]
    assert any(row[0] == "no" and "poweron, poweroff" in row[1] for row in rows(answer))
    (told,) = [line for line in answer.lines if "poweron, poweroff" in line]
    assert told.endswith(
        "*: The rule web team does not give you them. "
        "Ask an administrator for them, or see `/iaas help` for what you may do."
    )


def test_what_needs_somebodys_yes_says_whose_and_from_which_size_on(desk: Desk) -> None:
    answer = desk.ask("why web-01", ANN)

    assert ("with a yes", "transform, snapshot.revert", "admins") in rows(answer)
    assert (
        "*transform, snapshot.revert*: Needs a yes from @vm-approvers for more than 4 vCPU or 16 GB memory (big)."
        in answer.lines
    )
    assert "*nuke*: Needs 2 yeses from 1 person named in the rule (bin)." in answer.lines
    assert ("yes", "nuke", "admins") not in rows(answer)


def test_an_approval_rule_for_another_folder_asks_nobody(desk: Desk) -> None:
    answer = desk.ask("why db-01 nuke", ANN)

    assert (answer.title, answer.lines) == ("nuke db-01 in #vm-requests: yes", ())


def test_one_verb_is_explained_rule_by_rule_for_those_that_speak_of_the_person(desk: Desk) -> None:
    answer = desk.ask("why web-01 poweroff", DANA)

    assert (answer.title, answer.tone) == ("poweroff web-01 in #vm-requests: no", Tone.REFUSED)
    assert answer.fields == (("Rule", "web team"), ("Path", "DC/vm/Web/web-01"))
    assert rows(answer) == (("web team", "no, it is for verb: read, spawn"),)


def test_what_no_rule_could_allow_says_so(desk: Desk) -> None:
    answer = desk.ask("why web-01 clone", ANN)

    assert answer.title == "clone web-01 in #vm-requests: no"
    assert answer.lines == ("prod takes no new VMs. Ask an administrator to configure a placement for it.",)


def test_a_family_of_verbs_is_told_as_a_table(desk: Desk) -> None:
    answer = desk.ask("why web-01 snapshot", ANN)

    assert rows(answer) == (
        ("yes", "snapshot.create, snapshot.list, snapshot.remove", "admins"),
        ("with a yes", "snapshot.revert", "admins"),
    )


@pytest.mark.parametrize("verb", ["spawn", "history", "help", "nukes", "purge"])
def test_a_verb_that_concerns_no_single_vm_is_no_verb_here(desk: Desk, verb: str) -> None:
    answer = desk.ask(f"why web-01 {verb}", ANN)

    assert answer.title == f"{verb!r} is no verb that concerns one VM."


def test_who_may_not_see_the_vm_is_told_no_more_than_that(desk: Desk) -> None:
    answer = desk.ask("why db-01", DANA)

    assert (answer.tone, answer.table, answer.note) == (Tone.REFUSED, None, "Rule: web team")


def test_a_guest_is_told_nothing(desk: Desk) -> None:
    assert desk.ask("why web-01", GUS).title == "Guests can't use the bot."


def test_a_private_conversation_is_named_as_such(desk: Desk) -> None:
    direct = Origin(channel="D1", is_direct=True)
    ben = Actor(id="U5", name="ben", groups=frozenset({"@vm-admins"}))

    assert desk.ask("why web-01 show", ben, direct).title == "show web-01 in a direct message: yes"


def test_why_tells_how_far_remediation_may_go_and_what_it_decided_last() -> None:
    desk = Desk(world.sites(world.vm(7, "auto-7", owner="U1DANA")))
    decide(
        desk,
        Ref("prod", "vm-7"),
        *((VerdictKind.WAIT, "cooldown", f"It rests, {number}.") for number in ("first", "then", "still", "yet")),
        (VerdictKind.REFUSE, "contention", "Ready is high."),
        (VerdictKind.RECOMMEND, None, "Two more would help."),
    )

    lines = desk.ask("why auto-7", DANA).lines

    at = lines.index("*Remediation*")
    assert lines[at + 1 : at + 3] == (
        "add-cpu: *auto*. add-cpu is in mode auto by the configuration.",
        "add-memory: *recommend*. add-memory is in mode recommend by the configuration.",
    )
    assert lines[at + 3] == "*Last decisions about it*"
    assert [line.partition(" UTC: ")[2] for line in lines[at + 4 :]] == [
        "*recommend*. Two more would help.",
        "*refuse* (contention). Ready is high.",
        "*wait* (cooldown). It rests, yet.",
        "*wait* (cooldown). It rests, still.",
        "*wait* (cooldown). It rests, then.",
    ]


def test_why_names_the_calendar_that_holds_changes_now_and_until_when() -> None:
    desk = Desk(world.sites(world.vm(7, "auto-7", owner="U1DANA")))
    remediation = desk.context.remediation
    assert remediation is not None
    days = Calendar(name="change freeze", kind="freeze", start=time(), end=time(), zone=ZoneInfo("UTC"))
    assert not any("calendar" in line for line in desk.ask("why auto-7", DANA).lines)

    remediation.settings = replace(remediation.settings, calendars=(days,))

    (told,) = [line for line in desk.ask("why auto-7", DANA).lines if line.startswith("calendar")]
    assert told.startswith("calendar: *wait*. change freeze freezes changes from 00:00 to 00:00 UTC, for another ")


def test_why_says_who_has_stopped_automatic_changes_and_that_nothing_was_decided() -> None:
    desk = Desk(world.sites(world.vm(8, "auto-8", owner="U1DANA")))
    desk.ask("remediation stop auto-8", ANN)

    lines = desk.ask("why auto-8", DANA).lines

    assert any(line.startswith("<@U2ANN> has stopped automatic changes of auto-8 (") for line in lines)
    assert lines[-1] == "Nothing has been decided about it so far."
