"""What Block Kit looks like on the page: everything sound is drawn, the rest is a loud box, nothing becomes HTML."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SPEC = Path(__file__).parents[2] / "data" / "slack" / "spec" / "fixtures" / "valid"
NOT_DRAWN = {
    "card",
    "carousel",
    "context_actions",
    "data_visualization",
    "file_input",
    "rich_text_input",
}
"""Types that the bot does not send: each must be a red box."""
EVIL = "<img src=x onerror=window.broken=1>"


def test_every_sound_fixture_is_drawn_or_boxed_loudly(page: Page, app: Any) -> None:
    sent = {app.post(block, text=name): name for name, block in _as_blocks().items() if block["type"] != "alert"}

    expect(page.get_by_test_id("message")).to_have_count(len(sent))
    boxed = {
        sent[str(message.get_attribute("data-ts"))]
        for message in page.get_by_test_id("message").all()
        if message.get_by_test_id("unknown-block").count()
    }

    assert len(sent) > 70
    assert boxed == {name for name, block in _as_blocks().items() if _types(block) & NOT_DRAWN}


def test_views_are_drawn_as_modal_and_home(page: Page, app: Any) -> None:
    app.web.views_publish(user_id="U0DANA", view=json.loads((SPEC / "views/hometab_view.json").read_text()))
    app.view = json.loads((SPEC / "views/modal_with_blocks.json").read_text())

    page.get_by_test_id("place-home").click()
    expect(page.get_by_test_id("home")).to_contain_text("Example Block")
    page.get_by_test_id("place-vm-requests").click()
    page.get_by_test_id("composer").fill("/iaas go")
    page.get_by_test_id("composer").press("Enter")

    expect(page.get_by_test_id("modal")).to_contain_text("second section block")
    expect(page.get_by_test_id("unknown-block")).to_have_count(0)


def test_an_unknown_block_is_a_loud_red_box(page: Page, app: Any) -> None:
    app.post({"type": "carousel", "elements": [{"type": "card", "title": {"type": "mrkdwn", "text": "One"}}]})

    box = page.get_by_test_id("unknown-block")

    expect(box).to_contain_text("cannot draw")
    expect(box).to_have_css("background-color", "rgb(224, 30, 55)")


def test_a_name_full_of_html_stays_text_everywhere(page: Page, app: Any) -> None:
    app.post(
        {"type": "header", "text": _plain(EVIL)},
        {"type": "section", "text": _mrkdwn(f"*&lt;b&gt;* {EVIL}"), "fields": [_mrkdwn(EVIL)]},
        {"type": "section", "text": _mrkdwn('<javascript:alert(1)|click> <https://a.example/"onx=1|go>')},
        {"type": "table", "rows": [[{"type": "raw_text", "text": EVIL}]]},
        {"type": "plan", "title": EVIL, "tasks": [{"task_id": "1", "title": EVIL, "status": "complete"}]},
        {"type": "markdown", "text": f"# {EVIL}\n[x](javascript:alert(1))"},
        {"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": _plain(EVIL), "value": EVIL}]},
        text=EVIL,
    )

    message = page.get_by_test_id("message")
    expect(message).to_contain_text(EVIL)

    assert message.locator("img").count() == 0
    assert page.evaluate("window.broken") is None
    assert [a.get_attribute("href") for a in message.locator("a").all()] == ['https://a.example/"onx=1']


def test_mrkdwn_is_shown_as_slack_shows_it(page: Page, app: Any) -> None:
    text = (
        "*bold* _it_ ~no~ `c_o_d_e` <@U0ANN> <#C0VMREQ> <https://a.example|link> :white_check_mark: "
        "2*3*4 snake_case_x\n"
        "&gt; quoted &amp; &lt;safe&gt;\n```\nfence *not bold*\n```"
    )
    app.post({"type": "section", "text": _mrkdwn(text)})

    message = page.get_by_test_id("message")

    expect(message.locator("b").last).to_have_text("bold")
    expect(message.locator(".text i")).to_have_text("it")
    expect(message.locator("s")).to_have_text("no")
    expect(message.locator("code")).to_have_text("c_o_d_e")
    expect(message.locator(".mention")).to_have_text(["@ann", "#vm-requests"])
    expect(message.locator("blockquote")).to_have_text("quoted & <safe>")
    expect(message.locator("pre")).to_have_text("fence *not bold*")
    expect(message.get_by_role("img", name="white check mark")).to_have_count(1)
    expect(message).to_contain_text("2*3*4 snake_case_x")


def test_a_mark_may_hold_links_dates_and_words_with_underscores(page: Page, app: Any) -> None:
    app.post(
        {
            "type": "section",
            "text": _mrkdwn("_until <!date^1392734382^{date_num}|x>, vm_a_ *a <https://a.example/x*y|b>*"),
        }
    )

    expect(page.locator(".message-body i")).to_have_text("until 2014-02-18, vm_a")
    expect(page.locator(".text b")).to_have_text("a b")


@pytest.mark.parametrize("part", ["<https://a.example|x> ", "`x` ", "*_~", "a_b *c "])
def test_a_hostile_text_is_drawn_without_delay(page: Page, app: Any, part: str) -> None:
    app.post({"type": "section", "text": _mrkdwn(f"_*~{part * (2900 // len(part))}")}, text="x")

    expect(page.get_by_test_id("message")).to_have_count(1, timeout=3_000)


@pytest.mark.parametrize("ring", ["<!channel>", "<!here>", "<!subteam^S0APP|@vm-approvers>"])
def test_what_would_ring_many_is_marked_loudly(page: Page, app: Any, ring: str) -> None:
    app.post({"type": "section", "text": _mrkdwn(f"hello {ring}")})

    expect(page.locator(".mention-rings")).to_have_count(1)


def test_a_date_is_worded_and_keeps_its_exact_moment(page: Page, app: Any) -> None:
    app.post({"type": "section", "text": _mrkdwn("<!date^1392734382^{date_num}|fallback>")})

    expect(page.locator(".message-body time").last).to_have_attribute("datetime", "2014-02-18T14:39:42.000Z")
    expect(page.locator(".message-body time").last).to_contain_text("2014-02-18")


def _as_blocks() -> dict[str, dict[str, Any]]:
    """Every fixture that is a block, element, part of rich text or text, as one block of a message."""
    place = {"blocks": lambda one: one, "elements": _place, "rich_text": _rich, "objects": _text}
    found = {}
    for path in sorted(SPEC.rglob("*.json")):
        put = place.get(path.parent.name)
        block = put(json.loads(path.read_text())) if put else None
        if block is not None:
            found[f"{path.parent.name}/{path.stem}"] = block
    return found


def _place(element: dict[str, Any]) -> dict[str, Any]:
    if element["type"] == "url":
        task = {"task_id": "t", "title": "Task", "status": "complete", "sources": [element]}
        return {"type": "task_card", **task}
    asked = element["type"].endswith("_input") or element["type"] == "datetimepicker"
    if asked:
        return {"type": "input", "label": _plain("Label"), "element": element}
    return {"type": "section", "text": _mrkdwn("Pick"), "accessory": element}


def _rich(part: dict[str, Any]) -> dict[str, Any]:
    inline = not part["type"].startswith("rich_text")
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [part]} if inline else part]}


def _text(thing: dict[str, Any]) -> dict[str, Any] | None:
    return {"type": "section", "text": thing} if thing.get("type") in ("plain_text", "mrkdwn") else None


def _types(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["type"]} if isinstance(value.get("type"), str) else set()
        return own.union(*(_types(inner) for inner in value.values()))
    return set().union(*map(_types, value)) if isinstance(value, list) else set()


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}
