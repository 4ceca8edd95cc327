"""The cards and forms of approvers: complete, short, and safe whatever people have written into them."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from bot.blocks.gate import Surface, check
from bot.blocks.text import when
from bot.views import approval, ids
from bot.views.decision import decision_form, read_decision
from bot.views.message import Message
from bot.views.operation import operation_card
from operations.model import Actor, Approval, Change, Operation, State, Vote
from tests.unit.views.samples import DANA, HASH, NOW, OPERATION, PLAN, foreign

ANN = Actor(id="U0ANN", name="ann")
BEA = Actor(id="U0BEA", name="bea")
ASKS = Approval(
    rule="big",
    reason="more than 4 vCPU",
    votes_needed=2,
    groups=("@vm-approvers",),
    users=(),
    channel="#vm-approvals",
    why="month-end batch",
)
SIZED = replace(
    PLAN,
    notes=(Change(label="Cost a month", before="EUR 32", after="EUR 88"), Change(label="Rule", before="", after="r")),
    details={"stages": [{"stage": "resize", "cpu_count": 4, "memory_mib": 8192}]},
)
WAITING = replace(
    OPERATION,
    state=State.AWAITING_APPROVAL,
    plan=SIZED,
    approval=ASKS,
    started_at=None,
    expires_at=NOW + timedelta(hours=4),
)
VOTED = replace(ASKS, votes=(Vote(actor=ANN, at=NOW, plan_hash=HASH),))


def text_of(message: Message) -> str:
    check({"text": message.text, "blocks": list(message.blocks)}, Surface.MESSAGE)
    return json.dumps(message.blocks, ensure_ascii=False)


def decided(state: State, **changes: Any) -> Operation:
    done = replace(VOTED, decided_by=ANN, decided_at=NOW, **changes)
    return replace(WAITING, state=state, approval=done)


def buttons(message: Message) -> list[tuple[str, str]]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [(one["text"]["text"], json.loads(one["value"])["c"]) for row in rows for one in row]


def test_the_card_says_all_that_one_decides_by() -> None:
    card = approval.approver_card(WAITING)

    shown = text_of(card)
    for words in (
        "Resize web-01", "2 → 4", "4 GB → 8 GB", "The guest restarts", "EUR 32 → EUR 88", "A snapshot is 4 days old",
        "<@U0DANA> in <#C0VMS>", ">month-end batch", "rule big: more than 4 vCPU", "0 of 2 yes",
    ):  # fmt: skip
        assert words.replace(">month", "&gt;month") in shown or words in shown
    assert "2 → 4" in card.text


def test_each_button_says_what_one_could_type_and_carries_the_plan() -> None:
    assert buttons(approval.approver_card(WAITING)) == [
        ("Approve", f"approve R7F3K plan={HASH[:16]}"),
        ("Lower…", f"approve R7F3K cpu=4 memory=8192m plan={HASH[:16]}"),
        ("Deny…", "deny R7F3K"),
    ]


def test_what_has_no_size_can_not_be_lowered() -> None:
    labels = [label for label, _ in buttons(approval.approver_card(replace(WAITING, plan=replace(PLAN, details={}))))]

    assert labels == ["Approve", "Deny…"]


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        pytest.param(decided(State.QUEUED), "Approved by <@U0ANN>", id="approved"),
        pytest.param(decided(State.FAILED), "Approved by <@U0ANN>", id="approved, and failed since"),
        pytest.param(replace(decided(State.REFUSED), text="Denied: too dear"), ">too dear", id="denied"),
        pytest.param(
            replace(WAITING, state=State.EXPIRED, text="Nobody decided in time."), "Nobody decided", id="late"
        ),
        pytest.param(
            replace(WAITING, state=State.CANCELLED, cancel_requested_by="U0DANA", text="Cancelled by <@U0DANA>."),
            "Cancelled by <@U0DANA>",
            id="cancelled",
        ),
        pytest.param(
            decided(State.QUEUED, lowered_by=BEA, asked="8 vCPU"), "Lowered from 8 vCPU by <@U0BEA>", id="lowered"
        ),
    ],
)
def test_a_decided_card_says_what_came_of_it_and_has_no_buttons_left(operation: Operation, words: str) -> None:
    card = approval.approver_card(operation)

    assert words in text_of(card)
    assert buttons(card) == [("Details", "pending R7F3K")]


def test_the_askers_card_says_who_is_waited_for_and_how_far_it_is() -> None:
    shown = text_of(operation_card(replace(WAITING, approval=VOTED), NOW))

    for words in ("waiting for approval", "2 yes from *@vm-approvers*", "1 of 2 so far: <@U0ANN>", "expires"):
        assert words in shown
    assert [label for label, _ in buttons(operation_card(WAITING, NOW))] == ["Cancel", "Details"]


def test_the_askers_card_says_denied_and_rings_nobody_but_those_who_had_a_hand_in_it() -> None:
    operation = replace(decided(State.REFUSED), text="Denied: ask <@U0BEA> or <!channel>", finished_at=NOW)

    shown = text_of(operation_card(operation, NOW))

    assert "· denied" in shown
    assert "Denied by <@U0ANN>" in shown
    assert "<@U0BEA>" not in shown
    assert "<!channel>" not in shown


def test_a_refusal_after_the_yes_is_told_as_such_to_both_and_is_nobodys_no() -> None:
    yes = replace(ASKS, votes_needed=1, votes=VOTED.votes, decided_by=ANN, decided_at=NOW)
    why = "web-01 is no longer yours"
    operation = replace(WAITING, state=State.REFUSED, approval=yes, text=why, finished_at=NOW)

    for card in (approval.approver_card(operation), operation_card(operation, NOW)):
        shown = text_of(card)
        assert "Approved by <@U0ANN>" in shown
        assert ", refused at the last check" in shown
        assert why in shown
        assert "enied" not in shown
    assert "· approved, then refused at the last check" in approval.approver_card(operation).text


@given(foreign, foreign, foreign)
def test_nothing_that_people_write_gets_past_the_gate(why: str, reason: str, summary: str) -> None:
    asks = replace(ASKS, why=why, reason=reason)
    for operation in (
        replace(WAITING, approval=asks, summary=summary),
        replace(decided(State.REFUSED), text=f"Denied: {why}", summary=summary),
    ):
        shown = text_of(approval.approver_card(operation))
        assert "<!channel>" not in shown
        text_of(operation_card(operation, NOW))


def form(line: str) -> ids.Decision:
    return ids.Decision(line=line, channel="C1", channel_name="x", is_direct=False, response_url=None)


def typed(**values: str) -> dict[str, Any]:
    return {f"iaas.decision.{key}": {f"iaas.decision.{key}": {"value": value}} for key, value in values.items()}


def test_both_forms_are_what_slack_takes_and_carry_their_command() -> None:
    for line in ("deny R7F3K", f"approve R7F3K cpu=4 memory=8192m plan={HASH[:16]}"):
        view = decision_form(form(line))
        assert view is not None
        check(view, Surface.MODAL)
        assert ids.Decision.load(view["private_metadata"]) == form(line)


@pytest.mark.parametrize("line", ["status R7F3K", "deny", "approve", "approve R7F3K x=1", 'deny "R7'])
def test_no_other_command_has_a_form(line: str) -> None:
    assert decision_form(form(line)) is None


@pytest.mark.parametrize(
    ("line", "values", "said"),
    [
        ("deny R7F3K", typed(reason=" too\n dear, “really” "), "deny R7F3K too dear, “really”"),
        (
            "approve R7F3K cpu=4 memory=8192m plan=ab",
            typed(cpu="2", memory="1.5"),
            "approve R7F3K cpu=2 memory=1536m plan=ab",
        ),
        ("approve R7F3K memory=8192m", typed(memory="8"), "approve R7F3K memory=8192m"),
    ],
)
def test_a_form_says_the_command_that_one_could_type(line: str, values: dict[str, Any], said: str) -> None:
    assert read_decision(form(line), values) == (said, {})


@pytest.mark.parametrize(
    ("line", "values", "block", "words"),
    [
        ("deny R7F3K", typed(reason="  "), "reason", "Say why"),
        ("deny R7F3K", typed(reason="\u200b \u200d\u2060\u202e\u061c"), "reason", "Say why"),
        ("deny R7F3K", typed(reason="x" * 501), "reason", "500 are enough"),
        ("approve R7F3K cpu=4", typed(cpu="5"), "cpu", "more than the 4 vCPU"),
        ("approve R7F3K cpu=4", typed(cpu="many"), "cpu", "no number of vCPUs"),
        ("approve R7F3K cpu=4", {}, "cpu", "no number of vCPUs"),
        ("approve R7F3K memory=8192m", typed(memory="9"), "memory", "more than the 8 GB memory"),
    ],
)
def test_what_can_not_be_is_told_at_its_field(line: str, values: dict[str, Any], block: str, words: str) -> None:
    _, wrong = read_decision(form(line), values)

    assert words in wrong[f"iaas.decision.{block}"]


def told(state: str, **more: object) -> dict[str, object]:
    """The data of what the asker is told, as the record keeps it."""
    data: dict[str, object] = {"operation_id": "R7F3K", "summary": "Resize <web>", "state": state, "by": "U0ANN"}
    return data | {"approved": False, "begins_at": None, "text": "", "way_out": None} | more


AT = NOW.isoformat()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (told("queued", approved=True), "* was approved by <@U0ANN>"),
        (told("refused"), "* was denied by <@U0ANN>"),
        (told("refused", approved=True), "* was approved by <@U0ANN>, then refused at the last check"),
        (told("expired"), "* has expired"),
        (told("expired", approved=True), "* was approved by <@U0ANN>, then expired at the last check"),
        (told("failed", approved=True), "* was approved by <@U0ANN>, then failed"),
        (told("unknown", approved=True), "* was approved by <@U0ANN>, then sent, and nobody can say yet whether"),
        (told("cancelled", by=None, text="Cancelled by <@U0BEA>."), "* was cancelled\\nCancelled by <@U0BEA>."),
        (told("refused", by=None, begins_at=AT), f"*, planned for {when(NOW)}: refused at the last check"),
        (told("failed", by=None, begins_at=AT, way_out="Ask again."), f"planned for {when(NOW)}: failed\\nAsk again."),
        (told("cancelled", by=None, begins_at=AT), f"planned for {when(NOW)}: cancelled"),
        (told("unknown", by=None, begins_at=AT), f"planned for {when(NOW)}: sent, and nobody can say yet"),
    ],
)
def test_the_asker_is_told_in_one_message(data: dict[str, object], words: str) -> None:
    message = approval.ended(data, NOW)

    assert words in text_of(message)
    assert "Operation R7F3K" in message.text
    assert buttons(message) == [("Details", "status R7F3K")]


def test_what_an_older_version_has_kept_to_be_told_is_told() -> None:
    data = told("refused", approved=True)
    del data["begins_at"]

    assert "then refused at the last check" in text_of(approval.ended(data, NOW))


def test_dana_is_named_in_the_reminder() -> None:
    data = {"operation_id": "R7F3K", "summary": "x", "asked_by": DANA.id, "expires_at": NOW.isoformat()}

    assert "<@U0DANA> asked for it" in text_of(approval.reminder(data, NOW))
