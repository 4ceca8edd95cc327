"""Points 24 and 25: events with their scopes, and who sees what."""

from sandbox.slack import Person, Workspace
from tests.integration.sandbox_slack.rawapp import RawApp, actions, button, home


def events(app: RawApp) -> list[dict[str, object]]:
    return [one["payload"]["event"] for one in app.seen if one["type"] == "events_api"]


def test_opening_home_tells_tab_and_current_view(app: RawApp, dana: Person) -> None:
    socket = app.connect()
    dana.open_home()
    before = socket.receive()
    app.web.views_publish(user_id="U0DANA", view=home(actions(button("go"))))

    dana.open_home()
    after = socket.receive()

    first, second = before["payload"]["event"], after["payload"]["event"]
    assert (first["type"], first["tab"], first["user"], "view" in first) == ("app_home_opened", "home", "U0DANA", False)
    assert second["view"]["blocks"][0]["elements"][0]["action_id"] == "go"
    assert (before["type"], before["accepts_response_payload"]) == ("events_api", False)
    assert before["payload"]["authorizations"][0]["user_id"] == "U0BOT"


def test_messages_mentions_and_the_bots_own_messages_are_events(wide: Workspace, wide_app: RawApp) -> None:
    socket = wide_app.connect()
    dana = wide.as_user("dana")

    dana.message("hello @iaas-bot")
    dana.message("hi", channel="im")
    wide_app.web.chat_postMessage(channel="C0VMREQ", text="mine")
    got = [socket.receive()["payload"]["event"] for _ in range(4)]

    assert {(one["type"], one.get("channel_type"), one["text"]) for one in got} == {
        ("message", "channel", "hello <@U0BOT>"),
        ("app_mention", "channel", "hello <@U0BOT>"),
        ("message", "im", "hi"),
        ("message", "channel", "mine"),
    }
    assert next(one for one in got if one["text"] == "mine")["bot_id"] == "B0BOT"


def test_channel_without_the_bot_is_silent(wide: Workspace, wide_app: RawApp) -> None:
    socket = wide_app.connect()

    wide.as_user("dana").message("hello @iaas-bot", channel="#general")

    assert socket.is_silent()


def test_event_without_its_scope_does_not_come() -> None:
    with Workspace.start(events=("message.channels", "app_home_opened")) as ws:
        app = RawApp(ws)
        socket = app.connect()
        ws.as_user("dana").message("hello")
        silent = socket.is_silent()
        app.close()

        assert silent


def test_event_in_a_shared_channel_is_marked(wide: Workspace, wide_app: RawApp) -> None:
    socket = wide_app.connect()
    wide.set_channel("C0PARTNER", name="partners", add=["U0SAM", "U0DANA", "U0BOT"])

    wide.as_user("sam").message("hello", channel="#partners")

    payload = socket.receive()["payload"]
    assert (payload["is_ext_shared_channel"], payload["event"]["user"]) == (True, "U0SAM")


def test_people_see_their_own_channels_modals_and_notices_only(ws: Workspace, app: RawApp) -> None:
    app.web.chat_postMessage(channel="C0VMAPP", text="to approvers")
    app.web.chat_postEphemeral(channel="C0VMAPP", user="U0ANN", text="to ann")
    ws.as_user("guy").command("/iaas list")

    seen = {name: [one.text for one in ws.as_user(name).messages()] for name in ("dana", "ann", "ben", "guy")}

    assert seen == {"dana": [], "ann": ["to approvers", "to ann"], "ben": ["to approvers"], "guy": []}
    assert [room["id"] for room in ws.as_user("guy").state()["channels"]] == ["C0VMREQ", "D0GUY"]
    assert (ws.as_user("guy").notices() != [], ws.as_user("dana").notices()) == (True, [])
