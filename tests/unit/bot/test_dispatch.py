"""From a typed line to a reply: what is understood, refused, suggested; and what is said at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import Ask, Button, Tone
from bot.command import UsageError
from bot.commands.snapshot import Action, Wanted
from bot.registry import COMMANDS
from operations.model import Actor, Origin
from operations.verbnames import ABOUT_OPERATIONS, DECIDING
from tests.unit.bot import world
from tests.unit.bot.desk import ANN, DANA, GUS, Desk, database_url

DESK = Desk(world.sites(world.vm(1, "clone-test"), world.vm(2, "echo-db"), world.vm(3, "web-01", owner="U1DANA")))
UNDERSTAND = DESK.dispatcher.understand
CHANGING = [command for command in COMMANDS if command.changes and command.name not in {*ABOUT_OPERATIONS, *DECIDING}]


def test_nuke_clone_test_reaches_nuke_and_not_clone() -> None:
    """The first version matched substrings, and the person heard nothing."""
    command, arguments = UNDERSTAND("nuke clone-test")

    assert (command.name, arguments) == ("nuke", "clone-test")


def test_nuke_echo_db_reaches_nuke_and_not_echo() -> None:
    """The first version sent it to echo."""
    command, arguments = UNDERSTAND("nuke echo-db")

    assert (command.name, arguments) == ("nuke", "echo-db")


@pytest.mark.parametrize(
    ("lines", "subjects"),
    [
        pytest.param(["approve r7f3k", "approve 2abcd", "approve R7F3K"], ["2ABCD", "R7F3K"], id="approvals"),
        pytest.param(["deny R7F3K no", "deny 2ABCD no", "deny 2ABCD why"], ["2ABCD", "R7F3K"], id="denials"),
        pytest.param(["cancel R7F3K", "cancel 2ABCD too many"], ["2ABCD", "R7F3K"], id="cancels, one in a wrong form"),
        pytest.param(['reset "web 01"', "reset web-02", "reset web-02"], ["web-02", "web 01"], id="changes of VMs"),
        pytest.param(
            ["echo hello there", "list", "frobnicate x", 'show "web', "reset at=soon"], [None] * 5, id="about nothing"
        ),
    ],
)
def test_refusals_of_a_guest_about_different_things_are_different_refusals(
    lines: list[str], subjects: list[str | None]
) -> None:
    desk = Desk(world.sites(), url=database_url())

    for line in lines:
        desk.ask(line, GUS)

    assert [one.data["subject"] for one in desk.context.operations.refusals.recent(9)] == subjects


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("reset web-01 at=soon", "reset VM [at=22:30]"),
        ("reset at=tonight", "reset VM [at=22:30]"),
        ("reset web-01 at=", "reset VM [at=22:30]"),
        ("poweroff web-01 --at 25:00", "poweroff VM [--hard] [at=22:30]"),
        ("reset", "reset VM"),
        ("reset at-home web-01", "reset VM"),
        ("poweron web-01 at=22:00", "poweron VM"),
    ],
)
def test_the_right_form_holds_a_time_where_one_was_meant_and_can_be(line: str, form: str) -> None:
    assert DESK.ask(line).lines == (f"Write: `{form}`",)


def test_reset_is_a_verb_of_its_own() -> None:
    """The first version had no reset."""
    assert UNDERSTAND("reset web-01")[0].name == "reset"


@pytest.mark.parametrize("command", CHANGING, ids=lambda command: command.name)
def test_nuke_star_and_its_like_are_refused_by_every_verb_that_changes(command: object) -> None:
    """PowerCLI's names take wildcards, so the first version's `nuke *` meant every VM."""
    name = getattr(command, "name", "")
    line = {
        "snapshot": "snapshot * create",
        "clonetemplate": "clonetemplate x *",
        "transform": "transform * cpu=2",
        "remediation": "remediation stop *",
    }

    with pytest.raises(UsageError, match=r"holds a wildcard|can't name a new VM"):
        UNDERSTAND(line.get(name, f"{name} *"))


@pytest.mark.parametrize(
    ("typed", "verb", "arguments"),
    [
        pytest.param("PowerOn web-01", "poweron", "web-01", id="any case"),
        pytest.param("*poweron* <http://db1.corp|db1.corp>", "poweron", "db1.corp", id="bold and linked"),
        pytest.param("show <mailto:web-01@lab.corp|web-01@lab.corp>", "show", "web-01@lab.corp", id="linked as mail"),
        pytest.param("restart web-01", "reboot", "web-01", id="alias"),
        pytest.param("history <@U1DANA|dana>", "history", "@U1DANA", id="mention"),
        pytest.param("invoke get-vm \u2013Name *web* | fl *", "invoke", "get-vm -Name *web* | fl *", id="query"),
        pytest.param("echo it's *bold*", "echo", "it's *bold*", id="echo keeps marks"),
        pytest.param("", "help", None, id="nothing at all"),
        pytest.param(
            "snapshot web-01 create \u201cbefore update\u201d",
            "snapshot",
            Wanted(vm="web-01", action=Action.CREATE, name="before update"),
            id="curly quotes",
        ),
    ],
)
def test_typed_text_is_understood(typed: str, verb: str, arguments: object) -> None:
    command, understood = UNDERSTAND(typed)

    assert (command.name, understood) == (verb, arguments)


def test_an_unknown_verb_is_answered_privately_with_the_nearest_two() -> None:
    """The first version posted an error to the channel."""
    answer = DESK.ask("pweron web-01", DANA)

    assert answer.private
    assert (answer.title, answer.lines) == (
        "There is no verb 'pweron'.",
        ("Did you mean poweron or poweroff? Nothing has been done.",),
    )
    assert answer.buttons == (
        Button(label="poweron", command="poweron web-01"),
        Button(label="poweroff", command="poweroff web-01"),
        Button(label="Help", command="help"),
    )


def test_nonsense_is_answered_with_help() -> None:
    answer = DESK.ask("xyzzy", DANA)

    assert (answer.lines, answer.buttons) == (("See `/iaas help`.",), (Button(label="Help", command="help"),))


def test_a_usage_error_shows_the_right_form() -> None:
    answer = DESK.ask("poweron", DANA)

    assert (answer.title, answer.lines, answer.tone) == ("The name is missing.", ("Write: `poweron VM`",), Tone.FAILED)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("poweron web-01", "Powering on web-01…"),
        ("", "Looking up what you may do here…"),
        ("pweron web-01", "That is no command I know; looking for what it could mean…"),
        ("poweron", "Something in that is not right; looking at what…"),
    ],
)
def test_every_line_is_acknowledged_in_words(typed: str, words: str) -> None:
    assert DESK.dispatcher.acknowledge(typed) == words


@given(st.text() | st.text(alphabet="poweron nuke*<>@|\"'=-\u2014&;\n", max_size=60))
def test_any_text_is_acknowledged(text: str) -> None:
    assert DESK.dispatcher.acknowledge(text)


@pytest.mark.parametrize("line", ["list", "show web-01", "help", "echo x", "whoami", "xyzzy", "poweron"])
@pytest.mark.parametrize(
    "outsider", [GUS, Actor(id="U9", name="eve", is_stranger=True, groups=ANN.groups)], ids=["guest", "stranger"]
)
def test_outsiders_are_told_no_and_nothing_else(line: str, outsider: Actor) -> None:
    answer = DESK.ask(line, outsider)

    assert (answer.tone, answer.lines, answer.buttons) == (Tone.REFUSED, ("Ask a member of this workspace.",), ())


def test_a_reading_verb_in_the_wrong_place_is_refused_with_the_right_one() -> None:
    answer = DESK.ask("list", DANA, Origin(channel="C9", channel_name="random"))

    assert (answer.tone, answer.title, answer.lines, answer.note) == (
        Tone.REFUSED,
        "The rule web team does not allow list in this place.",
        ("Do it in #vm-requests.",),
        "Rule: web team",
    )


def test_a_line_too_long_for_a_button_gets_none() -> None:
    answer = DESK.ask(f"ecko {'x' * 1600}", DANA)

    assert [button.label for button in answer.buttons] == ["Help"]


def test_a_yes_to_what_is_no_longer_so_asks_about_what_is_so_now_and_for_any_time() -> None:
    asked = DESK.run("reset web-01")
    assert isinstance(asked, Ask)

    anew = DESK.dispatcher.confirm(asked.request, "0" * 64, tonight=True)

    assert anew == asked
