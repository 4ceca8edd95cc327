"""Whose operations a person may look at."""

from dataclasses import replace

from bot.command import Call
from bot.grammar import Words
from bot.permission import may_follow
from operations.model import Actor
from tests.unit.bot import world
from tests.unit.bot.desk import DANA, GUS, NOW, ROOM, Desk
from tests.unit.views.test_approval import ASKS, WAITING

OPERATION = replace(WAITING, vm=None, result=None, approval=replace(ASKS, groups=("@vm-users",), users=(GUS.id,)))


def test_who_decides_an_operation_may_look_at_it_and_others_may_not() -> None:
    context = Desk(world.sites()).context

    def may(actor: Actor) -> bool:
        words = Words(verb="status", names=(), options={}, rest="")
        return may_follow(OPERATION, Call(words=words, actor=actor, origin=ROOM, key="k", asked_at=NOW), context)

    assert [may(one) for one in (DANA, GUS)] == [True, False]
