"""What a person does on the page arrives at the app as Slack would send it."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.slack import Workspace

pytestmark = pytest.mark.browser


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(name: str) -> dict[str, Any]:
    return {"text": plain(name.upper()), "value": name}


OPTIONS = [option("a"), option("b"), option("c")]
CONFIRM = {"title": plain("Sure?"), "text": plain("It is gone then."), "confirm": plain("Yes"), "deny": plain("No")}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "static_select": ({"options": OPTIONS}, {"selected_option": OPTIONS[1]}),
    "multi_static_select": ({"options": OPTIONS}, {"selected_options": [OPTIONS[1]]}),
    "overflow": ({"options": OPTIONS}, {"selected_option": OPTIONS[1]}),
    "checkboxes": ({"options": OPTIONS}, {"selected_options": [OPTIONS[1]]}),
    "radio_buttons": ({"options": OPTIONS}, {"selected_option": OPTIONS[1]}),
    "users_select": ({}, {"selected_user": "U0ANN"}),
    "multi_users_select": ({}, {"selected_users": ["U0ANN"]}),
    "channels_select": ({}, {"selected_channel": "C0GENERAL"}),
    "conversations_select": ({}, {"selected_conversation": "U0ANN"}),
    "datepicker": ({}, {"selected_date": "2026-12-24"}),
    "timepicker": ({}, {"selected_time": "18:30"}),
}


@pytest.mark.parametrize("kind", sorted(CASES))
def test_a_choice_in_a_message_arrives_as_a_block_action(page: Page, app: Any, kind: str) -> None:
    spec, expected = CASES[kind]
    element = {"type": kind, "action_id": "choice", **spec}
    app.post({"type": "section", "block_id": "asked", "text": plain("Choose"), "accessory": element})

    _choose(page.locator("[data-block-id=asked][data-action-id=choice]"), kind)
    action = app.wait("block_actions")["actions"][0]

    assert {key: action[key] for key in expected} == expected
    assert (action["type"], action["block_id"], action["action_id"]) == (kind, "asked", "choice")


def test_a_button_sends_its_value_once_and_as_the_person_one_is(page: Page, app: Any) -> None:
    ts = app.post({"type": "actions", "block_id": "acts", "elements": [_button("go", value="v7")]})
    page.get_by_test_id("person-ann").click()
    expect(page.get_by_test_id("person-ann")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("button", name="Go").click()
    payload = app.wait("block_actions")

    assert payload["user"]["id"] == "U0ANN"
    assert payload["container"]["message_ts"] == ts
    assert payload["actions"][0]["value"] == "v7"
    assert len(app.payloads("block_actions")) == 1


def test_no_in_a_confirm_dialog_sends_nothing_and_yes_sends(page: Page, app: Any) -> None:
    app.post({"type": "actions", "elements": [_button("go", style="danger", confirm=CONFIRM)]})

    page.get_by_role("button", name="Go").click()
    expect(page.get_by_test_id("confirm-no")).to_be_focused()
    page.get_by_test_id("confirm-no").click()
    page.get_by_role("button", name="Go").click()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("confirm")).to_be_hidden()
    before = app.payloads("block_actions")
    page.get_by_role("button", name="Go").click()
    page.get_by_test_id("confirm-yes").click()
    app.wait("block_actions")

    assert before == []
    assert len(app.payloads("block_actions")) == 1


def test_an_external_select_asks_the_app_while_one_types(page: Page, app: Any) -> None:
    app.options = [option("web-01"), option("web-02")]
    element = {"type": "external_select", "action_id": "vm", "min_query_length": 2}
    app.post({"type": "section", "block_id": "b", "text": plain("VM"), "accessory": element})

    page.get_by_role("combobox").press_sequentially("web")
    page.get_by_role("option", name="WEB-02").click()
    action = app.wait("block_actions")["actions"][0]

    assert app.payloads("block_suggestion")[-1]["value"] == "web"
    assert action["selected_option"]["value"] == "web-02"
    expect(page.get_by_role("combobox")).to_have_value("WEB-02")


def test_a_command_is_offered_completed_and_sent(page: Page, app: Any) -> None:
    box = page.get_by_test_id("composer")

    box.press_sequentially("/ia")
    expect(page.get_by_test_id("commands")).to_contain_text("/iaas")
    box.press("Tab")
    expect(box).to_have_value("/iaas ")
    box.press_sequentially("list web")
    box.press("Enter")
    sent = app.wait("command")

    assert (sent["command"], sent["text"], sent["user_id"]) == ("/iaas", "list web", "U0DANA")
    expect(box).to_have_value("")


def test_an_unknown_command_is_told_and_stays_in_the_box(page: Page, app: Any) -> None:
    page.get_by_test_id("composer").fill("/nope x")
    page.get_by_test_id("composer").press("Enter")

    expect(page.get_by_test_id("notice")).to_contain_text("/nope")
    expect(page.get_by_test_id("composer")).to_have_value("/nope x")
    assert [payload for payload in app.heard if "command" in payload] == []


def test_without_a_bot_the_page_says_so_and_a_command_fails_aloud(page: Page, workspace: Workspace) -> None:
    expect(page.get_by_test_id("connections")).to_have_text("no bot is connected")

    page.get_by_test_id("composer").fill("/iaas list")
    page.get_by_test_id("send").click()

    expect(page.get_by_test_id("notice")).to_contain_text("dispatch_failed")
    assert workspace.sockets() == []


def test_an_ephemeral_message_is_marked_and_only_its_reader_sees_it(page: Page, app: Any) -> None:
    app.web.chat_postEphemeral(channel="C0VMREQ", user="U0DANA", text="psst")

    expect(page.get_by_test_id("message")).to_contain_text("Only visible to you")
    page.get_by_test_id("person-ann").click()
    expect(page.get_by_test_id("person-ann")).to_have_attribute("aria-pressed", "true")

    expect(page.get_by_test_id("message")).to_have_count(0)


def test_a_thread_shows_its_count_unfolds_and_takes_a_reply(page: Page, app: Any) -> None:
    ts = app.post({"type": "section", "text": plain("Root")})
    app.web.chat_postMessage(channel="C0VMREQ", thread_ts=ts, text="*helped*")

    page.get_by_role("button", name="1 reply").click()
    expect(page.get_by_test_id("thread")).to_contain_text("helped")
    page.get_by_test_id("thread-input").fill("thanks")
    page.get_by_test_id("thread-input").press("Enter")

    expect(page.get_by_test_id("thread")).to_contain_text("thanks")
    expect(page.get_by_test_id("thread-input")).to_have_value("")


def test_a_changed_message_says_so(page: Page, app: Any) -> None:
    ts = app.post({"type": "section", "text": plain("42 %")})
    app.web.chat_update(channel="C0VMREQ", ts=ts, text="done", blocks=[{"type": "section", "text": plain("done")}])

    expect(page.get_by_test_id("message")).to_contain_text("done")
    expect(page.get_by_test_id("message")).to_contain_text("(edited)")


def test_a_chart_is_shown_and_a_csv_file_can_be_taken(page: Page, app: Any) -> None:
    dot = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c49444154789c63f8ffff3f0005fe02fea73581e20000000049454e44ae426082"
    )
    app.web.files_upload_v2(channel="C0VMREQ", filename="usage.png", content=dot, alt_txt="CPU of web-01")
    app.web.files_upload_v2(channel="C0VMREQ", filename="rows.csv", content="name,cpu\nweb-01,2\n")

    image = page.get_by_role("img", name="CPU of web-01")
    expect(image).to_be_visible()
    page.wait_for_function("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
    with page.expect_download() as download:
        page.get_by_role("link", name="rows.csv").click()

    assert download.value.path().read_text() == "name,cpu\nweb-01,2\n"


def _choose(control: Locator, kind: str) -> None:
    if kind.startswith("multi_"):
        control.locator("summary").click()
        control.get_by_role("checkbox", name="Ann" if "users" in kind else "B").check()
    elif kind in ("checkboxes", "radio_buttons"):
        control.get_by_label("B").check()
    elif kind in ("datepicker", "timepicker"):
        control.fill(CASES[kind][1]["selected_date" if kind == "datepicker" else "selected_time"])
        control.blur()
    else:
        control.select_option(
            {"users_select": "U0ANN", "channels_select": "C0GENERAL", "conversations_select": "U0ANN"}.get(kind, "b")
        )


def _button(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": name, "text": plain(name.title()), **more}
