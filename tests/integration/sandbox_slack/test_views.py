"""Point 15: triggers, stack, hashes, external ids, closing; and what a bad view in an acknowledgement does."""

from collections.abc import Callable, Iterator

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack import Person, Workspace
from tests.integration.sandbox_slack.rawapp import (
    SECTION,
    Json,
    RawApp,
    actions,
    button,
    home,
    modal,
    plain,
    text_input,
)


@pytest.fixture
def trigger(app: RawApp, dana: Person) -> Iterator[Callable[[], str]]:
    """Return fresh triggers of dana's."""
    app.answers()

    def fresh() -> str:
        dana.command("/iaas list")
        return str(app.payload()["trigger_id"])

    yield fresh
    app.close()


def error_of(call: Callable[[], object]) -> str:
    with pytest.raises(SlackApiError) as refused:
        call()
    return str(refused.value.response["error"])


def test_modal_opens_for_the_user_of_the_trigger(
    ws: Workspace, app: RawApp, dana: Person, trigger: Callable[[], str]
) -> None:
    view = app.web.views_open(trigger_id=trigger(), view=modal(text_input(), private_metadata="m"))["view"]

    shown = dana.modal()
    assert shown is not None
    assert (shown.id, shown.title, ws.as_user("ann").modal()) == (view["id"], "A modal", None)
    assert view["state"]["values"] == {"name": {"name_text": {"type": "plain_text_input", "value": None}}}
    assert (view["root_view_id"], view["previous_view_id"], view["private_metadata"]) == (view["id"], None, "m")


def test_trigger_works_once(app: RawApp, trigger: Callable[[], str]) -> None:
    used = trigger()
    app.web.views_open(trigger_id=used, view=modal())

    assert error_of(lambda: app.web.views_open(trigger_id=used, view=modal())) == "exchanged_trigger_id"


def test_trigger_lives_three_seconds(ws: Workspace, app: RawApp, trigger: Callable[[], str]) -> None:
    old = trigger()
    ws.clock.advance(3.1)

    assert error_of(lambda: app.web.views_open(trigger_id=old, view=modal())) == "expired_trigger_id"


def test_invented_trigger_is_refused(app: RawApp) -> None:
    assert error_of(lambda: app.web.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


def test_three_modals_lie_over_each_other_but_not_four(app: RawApp, dana: Person, trigger: Callable[[], str]) -> None:
    first = app.web.views_open(trigger_id=trigger(), view=modal(title="1"))["view"]
    second = app.web.views_push(trigger_id=trigger(), view=modal(title="2"))["view"]
    app.web.views_push(trigger_id=trigger(), view=modal(title="3"))

    refused = error_of(lambda: app.web.views_push(trigger_id=trigger(), view=modal(title="4")))

    assert refused == "push_limit_reached"
    assert [view.title for view in dana.modals()] == ["1", "2", "3"]
    assert (second["root_view_id"], second["previous_view_id"]) == (first["id"], first["id"])


def test_push_wants_an_open_modal(app: RawApp, trigger: Callable[[], str]) -> None:
    assert error_of(lambda: app.web.views_push(trigger_id=trigger(), view=modal())) == "not_found"


def test_update_keeps_the_id_and_what_was_typed_and_makes_a_new_hash(
    app: RawApp, dana: Person, trigger: Callable[[], str]
) -> None:
    old = app.web.views_open(trigger_id=trigger(), view=modal(text_input()))["view"]
    shown = dana.wait_for_modal()
    dana.enter(shown, "name_text", "web-01")

    new = app.web.views_update(view_id=old["id"], hash=old["hash"], view=modal(text_input(), title="New"))["view"]

    assert (new["id"], new["title"]["text"]) == (old["id"], "New")
    assert new["hash"] != old["hash"]
    assert new["state"]["values"]["name"]["name_text"]["value"] == "web-01"


def test_update_with_an_old_hash_is_a_conflict(app: RawApp, trigger: Callable[[], str]) -> None:
    view = app.web.views_open(trigger_id=trigger(), view=modal())["view"]
    app.web.views_update(view_id=view["id"], hash=view["hash"], view=modal())

    assert (
        error_of(lambda: app.web.views_update(view_id=view["id"], hash=view["hash"], view=modal())) == "hash_conflict"
    )


def test_update_of_a_closed_view_finds_nothing(app: RawApp, dana: Person, trigger: Callable[[], str]) -> None:
    view = app.web.views_open(trigger_id=trigger(), view=modal())["view"]
    dana.close(dana.wait_for_modal())

    assert error_of(lambda: app.web.views_update(view_id=view["id"], view=modal())) == "not_found"


def test_external_id_is_unique_and_finds_the_view(app: RawApp, trigger: Callable[[], str]) -> None:
    view = app.web.views_open(trigger_id=trigger(), view=modal(external_id="mine"))["view"]

    assert (
        error_of(lambda: app.web.views_push(trigger_id=trigger(), view=modal(external_id="mine")))
        == "duplicate_external_id"
    )
    again = app.web.views_update(external_id="mine", view=modal(title="New", external_id="mine"))["view"]
    assert again["id"] == view["id"]


@pytest.mark.parametrize(
    ("view", "error"),
    [
        pytest.param(modal(title="x" * 25), "invalid_arguments", id="title of 25"),
        pytest.param(modal(*[SECTION] * 101), "invalid_arguments", id="101 blocks"),
        pytest.param(
            {k: v for k, v in modal(text_input()).items() if k != "submit"}, "invalid_arguments", id="no submit"
        ),
        pytest.param(home(), "invalid_arguments", id="a home in a modal"),
        pytest.param(
            modal(*[{"type": "section", "text": plain("é" * 1450)} for _ in range(90)]), "view_too_large", id="size"
        ),
    ],
)
def test_bad_views_are_refused(app: RawApp, trigger: Callable[[], str], view: Json, error: str) -> None:
    assert error_of(lambda: app.web.views_open(trigger_id=trigger(), view=view)) == error


def test_closing_is_told_only_when_asked_for(app: RawApp, dana: Person, trigger: Callable[[], str]) -> None:
    app.web.views_open(trigger_id=trigger(), view=modal())
    dana.close(dana.wait_for_modal())
    told_nothing = app.payload().get("type")
    app.web.views_open(trigger_id=trigger(), view=modal(notify_on_close=True, callback_id="c"))

    dana.close(dana.wait_for_modal())

    closed = app.payload()
    assert told_nothing != "view_closed"
    assert (closed["type"], closed["is_cleared"], closed["view"]["callback_id"]) == ("view_closed", False, "c")


def test_clear_on_close_takes_the_whole_stack(app: RawApp, dana: Person, trigger: Callable[[], str]) -> None:
    app.web.views_open(trigger_id=trigger(), view=modal(title="1", notify_on_close=True))
    app.web.views_push(trigger_id=trigger(), view=modal(title="2", clear_on_close=True))

    dana.close(dana.wait_for_modal(title="2"))

    assert dana.modals() == []
    assert (app.payload()["view"]["title"]["text"], app.payload()["is_cleared"]) == ("1", True)


def test_home_is_published_for_one_user(ws: Workspace, app: RawApp, dana: Person) -> None:
    first = app.web.views_publish(user_id="U0DANA", view=home())["view"]
    second = app.web.views_publish(user_id="U0DANA", view=home(actions(button("go"))), hash=first["hash"])["view"]

    shown = dana.wait_for_home("go")
    assert (shown.id, second["id"], ws.as_user("ann").home()) == (first["id"], first["id"], None)
    assert error_of(lambda: app.web.views_publish(user_id="U0DANA", view=home(), hash=first["hash"])) == "hash_conflict"
    assert error_of(lambda: app.web.views_publish(user_id="U0NOBODY", view=home())) == "invalid_arguments"
