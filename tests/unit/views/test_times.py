"""No card, form or answer tells an absolute time but in its reader's zone, or with the zone beside it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.answers import Answer, Button, Table
from bot.views import approval, modals
from bot.views.answer import answer
from bot.views.home import home
from bot.views.ids import Pending
from bot.views.message import Message
from bot.views.notice import VIEWS
from bot.views.operation import operation_card
from operations.model import Actor, Approval, Change, Operation, State, Vote
from operations.moments import say_moment, say_past
from tests.unit.views.samples import DANA, HASH, NIGHT, NOW, OPERATION, PLAN, REQUEST

LATER = NOW + timedelta(days=16)
SAID = say_moment(LATER)
SECONDS = int(LATER.timestamp())
PLANNED = replace(
    PLAN,
    changes=(Change(label="State", before="as of now", after=f"as of {SAID}"),),
    notes=(Change(label="Lease ends", before="", after=SAID),),
    warnings=(f"It can be restored until {SAID}.",),
)
ASKS = Approval(
    rule="big", reason="more than 4 vCPU", votes_needed=2, groups=("@a",), users=(), channel="C1",
    votes=(Vote(actor=Actor(id="U0ANN", name="ann"), at=NOW, plan_hash=HASH),),
)  # fmt: skip
WAITING = replace(
    OPERATION, state=State.AWAITING_APPROVAL, plan=PLANNED, approval=ASKS, started_at=None, expires_at=LATER
)
DENIED = replace(
    WAITING, state=State.REFUSED, text=f"Denied: ask at {SAID}", finished_at=NOW,
    approval=replace(ASKS, decided_by=DANA, decided_at=NOW),
)  # fmt: skip
TONIGHT = replace(WAITING, state=State.QUEUED, approval=None, not_before=LATER)
DONE = replace(
    OPERATION, state=State.SUCCEEDED, plan=replace(PLANNED, details={**PLAN.details, "undo_s": 600}), finished_at=NOW,
    text=f"It is there. Its lease ends at {SAID}.",
)  # fmt: skip
TOLD = Answer(
    title=f"The lease ends at {SAID}", lines=(f"Since {SAID}.",), fields=(("Lease ends", SAID),), note=f"as of {SAID}",
    table=Table(columns=("Name", "Deleted at", "What"), rows=(("web-01", SAID, f"waits until {SAID}"),)),
    buttons=(Button(label=f"At {SAID}", command="x"),),
)  # fmt: skip
NOTICE = {
    "vm": "web-01", "vcenter": "lab", "name": "web-01", "operation_id": "R7F3K", "summary": "Resize web-01",
    "asked_by": "U0DANA", "by": "U0ANN", "state": "expired", "approved": False, "text": f"Nobody did until {SAID}.",
    "way_out": "", "reason": f"protected until {SAID}",
    **dict.fromkeys(("ends_at", "bin_at", "purge_at", "expires_at"), LATER.isoformat()),
}  # fmt: skip
CARDS: dict[str, Message] = {
    "a card that waits for a yes": operation_card(WAITING, NOW),
    "a card that waits for the night": operation_card(TONIGHT, NOW),
    "a card at its end": operation_card(DONE, NOW),
    "a card for approvers": approval.approver_card(WAITING),
    "a decided card": approval.approver_card(DENIED),
    "an answer": answer(TOLD),
    **{kind: view(NOTICE, NOW) for kind, view in VIEWS.items() if kind.startswith(("approval.", "bin.", "lease."))},
}
_CLOCK = re.compile(r"\d\d?:\d\d")
_TOKEN = re.compile(r"<!date\^\d+\^[^|>]+\|[^>]* UTC>")


def words(node: object) -> Iterator[tuple[str, str]]:
    """Every text with what kind of text it is."""
    if isinstance(node, Mapping):
        if isinstance(node.get("text"), str):
            yield str(node["type"]), node["text"]
        for value in node.values():
            yield from words(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from words(value)


def naked(kind: str, text: str) -> bool:
    """Whether a reader can't know which zone a time in it is of."""
    if kind == "mrkdwn":
        return bool(_CLOCK.search(_TOKEN.sub("", text).replace("`2026-12-10T09:00Z`", "")))
    return bool(_CLOCK.search(text)) and not re.search(r"\d (UTC|CET)", text)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS.keys())
def test_a_card_tells_times_in_the_zone_of_its_reader(card: Message) -> None:
    assert [one for one in [("mrkdwn", card.text), *words(card.blocks)] if naked(*one)] == []


@pytest.mark.parametrize("name", [name for name in CARDS if "decided" not in name and "unreadable" not in name])
def test_each_of_these_cards_tells_the_time_that_it_is_about(name: str) -> None:
    card = CARDS[name]
    assert f"<!date^{SECONDS}^" in str(card.blocks), card
    assert f"<!date^{SECONDS}^" in card.text or "waits for a yes" in name or "approvers" in name


@pytest.mark.parametrize("not_before", [None, LATER.isoformat()], ids=["at once", "at night"])
def test_a_form_tells_times_in_the_zone_of_its_reader_and_its_buttons_name_theirs(not_before: str | None) -> None:
    pending = replace(Pending.of(REQUEST, PLANNED), not_before=not_before)
    view = modals.confirm_modal(PLANNED, pending, window=NIGHT, now=NOW)

    assert [one for one in words(view) if naked(*one)] == []
    assert f"*Lease ends*  <!date^{SECONDS}^" in str(view["blocks"])


def test_the_home_tab_tells_times_in_the_zone_of_its_reader() -> None:
    operations: list[Operation] = [WAITING, TONIGHT, DONE, DENIED]

    assert [one for one in words(home(operations, NOW)["blocks"]) if naked(*one)] == []


def test_the_times_of_a_cell_are_shown_in_the_zone_of_their_reader() -> None:
    (table,) = [block for block in CARDS["an answer"].blocks if block["type"] == "table"]

    _name, at, what = table["rows"][1]
    date: dict[str, Any] = {
        "type": "date", "timestamp": SECONDS, "format": "{date_short} {time}", "fallback": SAID
    }  # fmt: skip
    assert at["elements"][0]["elements"] == [date]
    assert what["elements"][0]["elements"] == [{"type": "text", "text": "waits until "}, date]


def test_what_is_past_is_rounded_down_and_an_end_up() -> None:
    at = NOW + timedelta(seconds=30)

    assert (say_past(at), say_moment(at)) == ("2026-11-24 08:30 UTC", "2026-11-24 08:31 UTC")
