"""Point 20: where a command can be typed and how its text arrives."""

import pytest

from sandbox.slack import Command, Person, Workspace
from tests.integration.sandbox_slack.rawapp import RawApp


@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        pytest.param("show a<b & c>d", "show a&lt;b &amp; c&gt;d", id="escapes"),
        pytest.param('spawn "web 01"', "spawn “web 01”", id="double quotes"),
        pytest.param("invoke get-vm 'web'", "invoke get-vm \u2018web\u2019", id="single quotes"),
        pytest.param("show web01.example.com", "show <http://web01.example.com|web01.example.com>", id="host"),
        pytest.param("show web01.x now", "show <http://web01.x|web01.x> now", id="short host"),
        pytest.param("see https://example.com/a?b=1", "see <https://example.com/a?b=1>", id="url"),
        pytest.param("give @ann web-01", "give <@U0ANN|ann> web-01", id="person"),
        pytest.param("share #vm-requests", "share <#C0VMREQ|vm-requests>", id="channel"),
        pytest.param("share @vm-users", "share <!subteam^S0REQ|@vm-users>", id="group"),
        pytest.param("memory 1.5 10.0.0.7 v1", "memory 1.5 10.0.0.7 v1", id="numbers stay"),
        pytest.param("where $_.Name -eq x", "where $_.Name -eq x", id="variables stay"),
        pytest.param("ask @nobody #nowhere", "ask @nobody #nowhere", id="unknown names stay"),
        pytest.param("", "", id="empty"),
    ],
)
def test_text_arrives_as_slack_sends_it(app: RawApp, dana: Person, typed: str, arrives: str) -> None:
    app.answers()

    dana.command(f"/iaas {typed}")

    assert app.payload()["text"] == arrives


def test_mentions_stay_as_typed_when_the_manifest_says_so() -> None:
    with Workspace.start(commands=(Command(should_escape=False),)) as ws:
        app = RawApp(ws)
        app.answers()
        ws.as_user("dana").command("/iaas give @ann")
        app.close()

        assert app.payload()["text"] == "give @ann"


def test_plain_typing_changes_nothing() -> None:
    with Workspace.start(typing="plain") as ws:
        app = RawApp(ws)
        app.answers()
        ws.as_user("dana").command('/iaas spawn "web01.x" <b>')
        app.close()

        assert app.payload()["text"] == 'spawn "web01.x" <b>'


@pytest.mark.parametrize(
    ("who", "where", "told"),
    [
        pytest.param("dana", "#vm-requests", ("C0VMREQ", "vm-requests"), id="public"),
        pytest.param("ben", "#ops", ("C0OPS", "privategroup"), id="private"),
        pytest.param("ann", "im", ("D0ANN", "directmessage"), id="direct"),
    ],
)
def test_command_says_who_and_where(ws: Workspace, app: RawApp, who: str, where: str, told: tuple[str, str]) -> None:
    app.answers()

    ws.as_user(who).command("/iaas list", channel=where)

    payload = app.payload()
    assert (payload["channel_id"], payload["channel_name"], payload["user_name"]) == (*told, who)
    assert (payload["command"], payload["team_id"], payload["api_app_id"]) == ("/iaas", "T0SANDBOX", "A0IAAS")
    assert payload["response_url"].startswith(f"{ws.url}/commands/")
    assert app.seen[-1]["accepts_response_payload"] is True


def test_people_can_only_type_where_they_are(ws: Workspace, dana: Person) -> None:
    assert dana.command("/iaas list", channel="#ops").error == "not_in_channel"
    assert ws.as_user("guy").command("/iaas list", channel="#general").error == "not_in_channel"
    assert dana.message("hello", channel="#vm-approvals").error == "not_in_channel"
    assert ws.as_user("nobody").command("/iaas list").error == "no_such_user"


def test_commands_are_not_available_in_threads(dana: Person) -> None:
    ts = dana.message("parent").raw["ts"]

    assert dana.command("/iaas list", thread_ts=ts).error == "not_available_in_threads"
    assert dana.notices() == ["/iaas is not supported in threads. Sorry!"]


def test_unknown_command_stays_in_the_client(ws: Workspace, app: RawApp, dana: Person) -> None:
    app.answers()

    assert dana.command("/other thing").error == "unknown_command"
    assert ws.entries("envelope") == []


def test_answer_in_the_acknowledgement_is_shown_to_the_person(ws: Workspace, app: RawApp, dana: Person) -> None:
    app.answers(lambda _: {"text": "done"})

    result = dana.command("/iaas list")

    assert (result.ok, result.response) == (True, {"text": "done"})
    assert [(one.text, one.ephemeral) for one in dana.messages()] == [("done", True)]
    assert ws.as_user("ann").messages() == []
