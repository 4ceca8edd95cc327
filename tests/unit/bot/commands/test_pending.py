"""How `pending` is read, and what it says where nothing waits; what it shows is proven over the wire."""

from dataclasses import replace

import pytest

from bot.commands.pending import COMMAND
from operations.model import Approval, State
from operations.policy import Policy
from operations.record.database import Database
from operations.record.journal import News
from operations.record.store import Store
from tests.unit.bot import world
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import ANN, RULES, Desk, database_url
from tests.unit.views import samples
from vsphere.clock import SystemClock


def test_pending_takes_an_id_in_any_case_or_nothing() -> None:
    assert [read(COMMAND, "`r7f3k`"), read(COMMAND, "")] == ["R7F3K", None]


def test_pending_says_what_it_looks_at() -> None:
    assert [said(COMMAND, ""), said(COMMAND, "r7f3k")] == ["Looking at what waits for a yes…", "Looking at R7F3K…"]


def test_pending_refuses_two_ids() -> None:
    assert "one word too many" in fact(COMMAND, "A B")


def test_pending_says_that_nothing_waits() -> None:
    answer = Desk(world.sites()).ask("pending")

    assert answer.title == "Nothing waits for you, and nothing of yours waits for others."


@pytest.mark.parametrize("read_only", [True, False])
def test_pending_says_that_no_yes_is_taken_while_the_bot_is_read_only(*, read_only: bool) -> None:
    url = database_url()
    desk = Desk(world.sites(), url=url)
    object.__setattr__(desk.context, "policy", Policy(RULES, read_only=read_only))
    asks = Approval(rule="big", reason="4 vCPU", votes_needed=1, groups=(), users=(ANN.id,), channel="")
    waiting = replace(samples.OPERATION, state=State.AWAITING_APPROVAL, approval=asks, vm=None)
    news = News(kind="operation.requested", actor=waiting.actor.id, operation_id=waiting.id, data={})
    store = Store(Database(url), clock=SystemClock(), tell=lambda _operation: None)
    store.add(waiting, samples.REQUEST, subject="x", news=news, window_s=0)

    for line in ("pending", f"pending {waiting.id}"):
        lines = desk.ask(line).lines
        assert [one.startswith("The bot is switched to read-only, so no yes is taken") for one in lines] == (
            [True] if read_only else []
        )
