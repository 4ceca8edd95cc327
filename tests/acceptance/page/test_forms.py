"""Modals on the page: what is typed arrives, stays while the page changes, and is checked before it leaves."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def ask(block_id: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id.title()),
        "element": {"action_id": "in", **element},
        **more,
    }


SMALL, LARGE = ({"text": plain(size), "value": size} for size in ("small", "large"))
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "spawn",
    "title": plain("Create a VM"),
    "submit": plain("Create"),
    "blocks": [
        {"type": "alert", "level": "warning", "text": plain("This costs money.")},
        ask("name", {"type": "plain_text_input", "min_length": 3}),
        ask("size", {"type": "static_select", "options": [SMALL, LARGE], "initial_option": SMALL}),
        ask("why", {"type": "plain_text_input", "multiline": True}, optional=True),
        ask(
            "disk",
            {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "99"},
            optional=True,
        ),
        ask("mail", {"type": "email_text_input"}, optional=True),
    ],
}


@pytest.fixture
def form(page: Page, app: Any) -> Page:
    """The page with the form open."""
    app.view = FORM
    page.get_by_test_id("composer").fill("/iaas spawn")
    page.get_by_test_id("composer").press("Enter")
    page.get_by_test_id("modal").wait_for()
    return page


def test_a_form_sends_everything_in_it_and_closes(form: Page, app: Any) -> None:
    form.get_by_label("Name").fill("web-07")
    form.get_by_label("Size").select_option("large")
    form.get_by_label("Disk").fill("40")
    form.get_by_test_id("modal-submit").click()

    expect(form.get_by_test_id("modal")).to_be_hidden()
    [sent] = app.payloads("view_submission")
    values = {block: held["in"] for block, held in sent["view"]["state"]["values"].items()}
    assert values["name"] == {"type": "plain_text_input", "value": "web-07"}
    assert values["size"]["selected_option"]["value"] == "large"
    assert values["disk"]["value"] == "40"
    assert values["why"]["value"] is None
    assert sent["view"]["callback_id"] == "spawn"


@pytest.mark.parametrize(
    ("block", "typed", "told"),
    [
        ("Name", "", "complete this required field"),
        ("Name", "ab", "at least 3"),
        ("Disk", "100", "99 or less"),
        ("Mail", "nobody", "valid email"),
    ],
)
def test_a_wrong_field_is_told_under_it_and_nothing_leaves(
    form: Page, app: Any, block: str, typed: str, told: str
) -> None:
    form.get_by_label("Name").fill("web-07")
    form.get_by_label(block).fill(typed)
    form.get_by_test_id("modal-submit").click()

    error = form.locator(f"[data-input-block={block.lower()}] .field-error")
    expect(error).to_contain_text(told)
    expect(form.get_by_label(block)).to_be_focused()
    assert app.payloads("view_submission") == []


def test_an_error_of_the_app_stands_under_its_field_and_what_was_typed_stays(form: Page, app: Any) -> None:
    app.answer = {"response_action": "errors", "errors": {"name": "web-07 is taken"}}

    form.get_by_label("Name").fill("web-07")
    form.get_by_test_id("modal-submit").click()

    expect(form.locator("[data-input-block=name] .field-error")).to_have_text("web-07 is taken")
    expect(form.get_by_label("Name")).to_have_value("web-07")
    expect(form.get_by_test_id("modal-submit")).to_be_enabled()


def test_a_second_form_lies_on_the_first_and_uncovers_it_as_it_was(form: Page, app: Any) -> None:
    second = {"type": "modal", "title": plain("Are you sure?"), "blocks": [{"type": "section", "text": plain("Sure?")}]}
    app.answer = {"response_action": "push", "view": second}

    form.get_by_label("Name").fill("web-07")
    form.get_by_test_id("modal-submit").click()
    expect(form.get_by_role("heading", name="Are you sure?")).to_be_visible()
    form.locator("form:not([hidden])").get_by_test_id("modal-close").click()

    expect(form.get_by_role("heading", name="Create a VM")).to_be_visible()
    expect(form.get_by_label("Name")).to_have_value("web-07")


def test_the_form_takes_the_focus_keeps_it_and_escape_closes_it(form: Page, app: Any) -> None:
    expect(form.get_by_label("Name")).to_be_focused()

    for _ in range(12):
        form.keyboard.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('#modal')"
        assert form.evaluate(inside)
    form.keyboard.press("Escape")

    expect(form.get_by_test_id("modal")).to_have_count(0)
    assert app.payloads("view_submission") == []


def test_what_is_being_typed_survives_messages_that_arrive(form: Page, app: Any) -> None:
    field = form.get_by_label("Name")
    field.press_sequentially("web-")

    for number in range(3):
        app.post({"type": "section", "text": plain(f"message {number}")})
    expect(form.get_by_test_id("message")).to_have_count(3)

    expect(field).to_be_focused()
    field.press_sequentially("07")
    expect(field).to_have_value("web-07")


def test_an_updated_form_keeps_what_was_typed(form: Page, app: Any) -> None:
    form.get_by_label("Name").press_sequentially("web-07")
    [view_id] = form.get_by_test_id("modal").evaluate_all("(all) => all.map((one) => one.dataset.viewId)")
    grown = {
        **FORM,
        "blocks": [*FORM["blocks"], {"type": "section", "block_id": "new", "text": plain("It will cost 7.")}],
    }

    app.web.views_update(view_id=view_id, view=grown)

    expect(form.get_by_test_id("modal")).to_contain_text("It will cost 7.")
    expect(form.get_by_label("Name")).to_have_value("web-07")
    expect(form.get_by_label("Name")).to_be_focused()


def test_the_composer_and_the_scroll_survive_messages_that_arrive(page: Page, app: Any) -> None:
    for number in range(30):
        app.post({"type": "section", "text": plain(f"message {number}")})
    expect(page.get_by_test_id("message")).to_have_count(30)
    page.get_by_test_id("composer").press_sequentially("half a sen")
    page.get_by_test_id("timeline").evaluate("(node) => { node.scrollTop = 120; }")

    app.post({"type": "section", "text": plain("one more")})
    expect(page.get_by_test_id("message")).to_have_count(31)

    page.get_by_test_id("composer").press_sequentially("tence")
    expect(page.get_by_test_id("composer")).to_have_value("half a sentence")
    assert page.get_by_test_id("timeline").evaluate("(node) => node.scrollTop") == 120


def test_typing_in_a_room_with_many_cards_draws_none_of_them_anew(page: Page, app: Any) -> None:
    buttons = [{"type": "button", "action_id": f"b{n}", "text": plain(f"Button {n}")} for n in range(5)]
    fields = [{"type": "mrkdwn", "text": f"*field {n}*\nvalue `{n}`"} for n in range(8)]
    for _ in range(60):
        app.post({"type": "section", "fields": fields}, {"type": "actions", "elements": buttons})
    expect(page.get_by_test_id("message")).to_have_count(60)

    built = page.evaluate(
        """async () => {
          const make = document.createElement.bind(document);
          let built = 0;
          document.createElement = (...name) => { built += 1; return make(...name); };
          document.querySelector('[data-testid=composer]').dispatchEvent(new Event('input', { bubbles: true }));
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
          return built;
        }"""
    )

    assert 60 <= built < 300, "60 promises and the frame; drawn anew, the cards are some 4,000 elements"


LONGEST = "web-" + "x" * 76
LONG_FORM: dict[str, Any] = {
    "type": "modal",
    "title": plain("x" * 24),
    "submit": plain("Put into the bin"),
    "blocks": [
        {"type": "alert", "level": "error", "text": {"type": "mrkdwn", "text": f"*{LONGEST}* goes down."}},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*Put {LONGEST} into the recycle bin*"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": f"*Name*\n{LONGEST}"}] * 2},
        ask("name", {"type": "plain_text_input", "initial_value": LONGEST})
        | {"label": plain(f"Type {LONGEST} to confirm")},
        ask("size", {"type": "static_select", "options": [{"text": plain("x" * 75), "value": "x"}]}),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": f"Asked for {LONGEST}."}]},
        {
            "type": "actions",
            "elements": [{"type": "button", "action_id": "late", "text": plain("x" * 75), "style": "danger"}],
        },
    ],
}
_OVER = """form => {
  const frame = form.getBoundingClientRect();
  const isOut = (box) => box.right > frame.right + 1 || box.left < frame.left - 1;
  const isCut = (one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1 && !one.matches("input, select");
  return [...form.querySelectorAll("*:not(option)")]
    .filter((one) => isOut(one.getBoundingClientRect()) || isCut(one))
    .map((one) => `${one.tagName}.${one.className}`);
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_in_a_form_runs_out_at_the_right(page: Page, app: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    app.view = LONG_FORM
    page.get_by_test_id("composer").fill("/iaas nuke")
    page.get_by_test_id("composer").press("Enter")
    form = page.get_by_test_id("modal")
    form.wait_for()

    assert form.evaluate(_OVER) == []
