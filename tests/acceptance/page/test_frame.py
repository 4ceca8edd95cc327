"""The frame of the page: what it says it is, who one is, and how it fits a desk and a hand."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.slack import Workspace

pytestmark = pytest.mark.browser

LONG = "a-very-long-name-that-nobody-should-give-to-a-virtual-machine-but-somebody-will-one-day-x"


def test_the_page_says_that_it_is_not_slack(page: Page) -> None:
    expect(page.get_by_test_id("banner")).to_have_text("Sandbox: a stand-in for Slack, not Slack")


def test_one_can_be_each_of_four_people_and_sees_their_rooms(page: Page) -> None:
    rooms = {}
    for person in ("dana", "ann", "ben", "guy"):
        page.get_by_test_id(f"person-{person}").click()
        expect(page.get_by_test_id(f"person-{person}")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_test_id("sidebar")).to_contain_text({"dana": "Dana Fox", "ann": "Ann Berg"}.get(person, ""))
        page.wait_for_function("document.querySelector('[data-testid=composer]')")
        rooms[person] = [
            one.inner_text().strip() for one in page.locator("[data-testid=sidebar] [data-place^=C]").all()
        ]

    assert "vm-approvals" not in rooms["dana"]
    assert "vm-approvals" in rooms["ann"]
    assert "ops" in rooms["ben"]
    assert rooms["guy"] == ["vm-requests"]


def test_home_asks_the_app_and_shows_what_it_publishes(page: Page, app: Any) -> None:
    page.get_by_test_id("place-home").click()
    expect(page.get_by_test_id("home")).to_contain_text("Nothing here yet")

    heading = {"type": "header", "text": {"type": "plain_text", "text": "Your VMs"}}
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [heading, {"type": "actions", "block_id": "b", "elements": [button]}]
    app.web.views_publish(user_id="U0DANA", view={"type": "home", "blocks": blocks})
    expect(page.get_by_test_id("home")).to_contain_text("Your VMs")
    page.get_by_role("button", name="Go").click()
    clicked = app.wait("block_actions")

    [opened] = [one["event"] for one in app.heard if one.get("event", {}).get("type") == "app_home_opened"]
    assert opened["tab"] == "home"
    assert clicked["view"]["type"] == "home"


def test_a_room_that_got_news_is_counted_until_one_looks(page: Page, app: Any) -> None:
    page.get_by_test_id("place-general").click()

    app.post({"type": "section", "text": {"type": "plain_text", "text": "news"}})
    expect(page.get_by_test_id("place-vm-requests").get_by_label("1 new")).to_be_visible()
    page.get_by_test_id("place-vm-requests").click()

    expect(page.get_by_test_id("message")).to_contain_text("news")
    expect(page.get_by_test_id("place-vm-requests").get_by_label("1 new")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_hangs_out_of_the_page(
    browser: Browser, workspace: Workspace, app: Any, width: int, scheme: Any
) -> None:
    _long_things(app)
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.goto(workspace.page_url)
    expect(page.get_by_test_id("message")).to_have_count(1)

    outside = page.evaluate(
        """() => {
          const wide = document.documentElement.scrollWidth - innerWidth;
          const cut = [...document.querySelectorAll('[data-testid=message] *')]
            .filter((one) => !one.closest('.table-scroll, select, svg'))
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
            .map((one) => one.className || one.nodeName);
          return { wide, cut };
        }"""
    )

    context.close()
    assert outside == {"wide": 0, "cut": []}


def test_at_a_hands_width_the_rooms_are_a_drawer_that_keys_open_and_close(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_test_id("sidebar")).not_to_be_in_viewport()

    page.get_by_test_id("open-channels").press("Enter")
    expect(page.get_by_test_id("place-general")).to_be_in_viewport()
    expect(page.get_by_test_id("place-vm-requests")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("sidebar")).not_to_be_in_viewport()
    expect(page.get_by_test_id("open-channels")).to_be_focused()
    page.get_by_test_id("open-channels").click()
    page.get_by_test_id("place-general").click()

    expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    expect(page.get_by_test_id("sidebar")).not_to_be_in_viewport()


def test_every_control_has_a_name_and_can_be_reached_by_key(page: Page, app: Any) -> None:
    _long_things(app)
    expect(page.get_by_test_id("message")).to_have_count(1)

    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input, textarea')]
          .filter((one) => !one.closest('[hidden]'))
          .filter((one) => !(one.getAttribute('aria-label') || one.innerText?.trim() || one.labels?.length))
          .map((one) => one.outerHTML)"""
    )
    skipped = page.evaluate("() => [...document.querySelectorAll('[tabindex^=\"-\"]')].length")

    assert nameless == []
    assert skipped == 0


def _long_things(app: Any) -> None:
    plain = {"type": "plain_text", "text": LONG[:75]}
    options = [{"text": plain, "value": "a"}]
    app.post(
        {"type": "header", "text": {"type": "plain_text", "text": LONG}},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{LONG}* `{LONG}`\n```{LONG}{LONG}```"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": LONG}] * 3},
        {
            "type": "section",
            "text": plain,
            "accessory": {"type": "static_select", "action_id": "s", "options": options},
        },
        {"type": "actions", "elements": [{"type": "button", "action_id": f"b{n}", "text": plain} for n in range(3)]},
        {"type": "table", "rows": [[{"type": "raw_text", "text": LONG}] * 4] * 2},
        {"type": "plan", "title": LONG, "tasks": [{"task_id": "1", "title": LONG, "status": "in_progress"}]},
    )
