"""The pre-flight card over the wire: run tonight, other figures, the name that has to be typed for either way on."""

from dataclasses import replace

from operations.model import Change, Effect, Plan
from operations.windows import opens_at
from tests.integration.slack.conftest import Stage
from tests.integration.slack.office import HASH, NIGHT
from vsphere.clock import SystemClock
from vsphere.model import Ref

TONIGHT = "iaas.pre.tonight"
CHANGE = "iaas.pre.change"
DELETION = Plan(
    verb="nuke",
    vm=Ref("lab", "vm-1"),
    vm_name="web-01",
    summary="Delete web-01",
    effect=Effect.LOSS,
    changes=(Change(label="Disk", before="90 GB", after="gone"),),
    needs_confirmation=True,
    type_name_to_confirm=True,
    details={"expects": {"snapshot_count": 2}},
    hash="d" * 64,
)
NEWS = "Nothing was done: web-01 is no longer what you said yes to."
SNAPSHOTS = "its number of snapshots is 2, it was 0."


def test_run_tonight_says_yes_to_the_same_request_for_when_the_window_opens(stage: Stage) -> None:
    stage.dana.command("/iaas resize web-01")
    modal = stage.dana.wait_for_modal(contains="Resize web-01 with a restart")

    assert stage.dana.click(modal, TONIGHT).ok

    stage.dana.wait_for_modal("iaas", contains="transform web-01")
    stage.dana.wait_for_card("transform web-01")
    (request,) = stage.dispatcher.confirmed
    assert (request.confirmed, request.key) == (HASH, stage.dispatcher.said[0].key)
    assert request.not_before == opens_at(NIGHT, SystemClock().now())
    assert request.origin.channel == "C0VMREQ"
    stage.workspace.assert_no_violations()


def test_run_tonight_wants_the_name_typed_too_and_says_so_in_the_modal(stage: Stage) -> None:
    stage.dana.command("/iaas nuke web-01")
    modal = stage.dana.wait_for_modal("Delete web-01")

    stage.dana.click(modal, TONIGHT)
    empty = stage.dana.wait_for_modal(contains="Type 'web-01' first")
    stage.dana.enter(empty, "iaas.name.typed", "web-1")
    stage.dana.click(empty, TONIGHT)
    wrong = stage.dana.wait_for_modal(contains="'web-1' is not the name")
    assert stage.dispatcher.confirmed == []
    stage.dana.enter(wrong, "iaas.name.typed", "web-01")
    stage.dana.click(wrong, TONIGHT)

    stage.dana.wait_for_card("nuke web-01")
    assert [request.not_before is None for request in stage.dispatcher.confirmed] == [False]
    stage.workspace.assert_no_violations()


def test_other_figures_are_planned_anew_and_shown_before_anything_happens(stage: Stage) -> None:
    stage.dana.command("/iaas resize web-01")
    stage.dana.click(stage.dana.wait_for_modal(contains="2 → 4"), CHANGE)
    form = stage.dana.wait_for_modal("Change the size")

    assert stage.dana.submit(form, {"iaas.change.cpu_count": "6"}).ok
    anew = stage.dana.wait_for_modal(contains="2 → 6")
    assert stage.dispatcher.confirmed == []
    assert stage.dana.submit(anew, {}).ok

    stage.dana.wait_for_card("transform web-01")
    (request,) = stage.dispatcher.confirmed
    assert dict(request.arguments) == {"cpu_count": 6, "memory_mib": 8192}
    stage.workspace.assert_no_violations()


def test_figures_that_are_none_are_told_at_their_field_and_those_that_cannot_be_above_the_form(stage: Stage) -> None:
    stage.dana.command("/iaas resize web-01")
    stage.dana.click(stage.dana.wait_for_modal(contains="2 → 4"), CHANGE)
    form = stage.dana.wait_for_modal("Change the size")

    letters = stage.dana.submit(form, {"iaas.change.cpu_count": "six"})
    many = stage.dana.submit(form, {"iaas.change.cpu_count": "64"})

    assert (letters.error, letters.detail) == (
        "errors",
        {"iaas.change.cpu_count": "'six' is no number of vCPUs: write cpu=4."},
    )
    assert many.ok
    again = stage.dana.wait_for_modal("Change the size", contains="64 vCPU are over the limit")
    assert "64" in str(again.blocks)
    stage.workspace.assert_no_violations()


def test_a_yes_to_what_is_no_longer_so_does_nothing_says_what_changed_and_asks_anew(stage: Stage) -> None:
    stage.dana.command("/iaas nuke web-01")
    modal = stage.dana.wait_for_modal("Delete web-01", contains="40 GB")
    stage.dispatcher.by_now = DELETION

    assert stage.dana.submit(modal, {"iaas.name": "web-01"}).ok

    anew = stage.dana.wait_for_modal("Delete web-01", contains="90 GB")
    assert NEWS in str(anew.blocks)
    assert f"*What has changed:* {SNAPSHOTS}" in str(anew.blocks)
    assert stage.dispatcher.confirmed == []
    assert stage.dana.submit(anew, {"iaas.name": "web-01"}).ok
    stage.dana.wait_for_card("nuke web-01")
    assert [one.confirmed for one in stage.dispatcher.confirmed] == [DELETION.hash]
    stage.workspace.assert_no_violations()


def test_run_tonight_of_what_is_no_longer_so_asks_anew_in_the_same_modal_and_for_any_time(stage: Stage) -> None:
    stage.dana.command("/iaas resize web-01")
    modal = stage.dana.wait_for_modal(contains="2 → 4")
    stage.dispatcher.by_now = replace(
        DELETION, verb="transform", type_name_to_confirm=False, details={"expects": {"cpu_count": 3}}
    )

    stage.dana.click(modal, TONIGHT)

    anew = stage.dana.wait_for_modal(contains="its number of vCPUs is 3, it was 2.")
    assert NEWS in str(anew.blocks)
    assert stage.dispatcher.confirmed == []
    assert stage.dana.submit(anew, {}).ok
    stage.dana.wait_for_card("transform web-01")
    assert [(one.confirmed, one.not_before) for one in stage.dispatcher.confirmed] == [(DELETION.hash, None)]
    stage.workspace.assert_no_violations()


def test_where_no_modal_can_be_opened_any_more_a_message_says_what_changed_and_a_button_shows_the_plan(
    stage: Stage,
) -> None:
    stage.dana.command("/iaas nuke web-01")
    modal = stage.dana.wait_for_modal("Delete web-01", contains="40 GB")
    stage.dispatcher.by_now, stage.dispatcher.yes_takes_s = DELETION, 3.2

    stage.dana.submit(modal, {"iaas.name": "web-01"})

    told = stage.dana.wait_for_message(contains=NEWS)
    assert f"What has changed: {SNAPSHOTS}" in str(told.blocks)
    assert "Look at the plan" in str(told.blocks)
    assert "nuke web-01" in str(told.blocks)
    assert stage.dispatcher.confirmed == []
    stage.workspace.assert_no_violations()
