"""How long a VM rests after what."""

from dataclasses import replace

import pytest

from remediation.guards.cooldown import Cooldown
from remediation.model import Dropped, HoldKind, Mode, PlaybookName, Remedy, RemedyState
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import VM, a_move, ago, ahead, case, facts, history, incident, remedy
from vsphere.model import Ref

DENIED = remedy(
    ago(minutes=45), ended_at=ago(minutes=40), mode=Mode.APPROVE, state=RemedyState.DROPPED, dropped=Dropped.NO
)
REFUSED = remedy(
    ago(minutes=5), ended_at=ago(minutes=5), state=RemedyState.DROPPED, dropped=Dropped.REFUSED, incident_id="I7F3K"
)
LONG_RED = facts(incident=incident(opened_at=ago(hours=2)))


def overtaken(*minutes: float) -> list[Remedy]:
    return [
        remedy(ago(minutes=one), ended_at=ago(minutes=one), state=RemedyState.DROPPED, dropped=Dropped.OVERTAKEN)
        for one in minutes
    ]


MOVED = remedy(ago(hours=2), ended_at=ago(hours=1), playbook=PlaybookName.MOVE_VM)
CASES = (
    Row(says="never changed", case=case()),
    Row(
        says="changed 12 min ago",
        case=case(history=history(remedy(ago(minutes=13), ended_at=ago(minutes=12)))),
        kind=HoldKind.WAIT,
        reason="web-01 was changed by add-cpu 12 min ago and rests for 30 min.",
        until=ahead(minutes=18),
    ),
    Row(says="changed 30 min ago", case=case(history=history(remedy(ago(minutes=31), ended_at=ago(minutes=30))))),
    Row(
        says="by another playbook",
        case=case(history=history(remedy(ago(minutes=10), ended_at=ago(minutes=10), playbook=PlaybookName.ADD_MEMORY))),
        kind=HoldKind.WAIT,
        reason="web-01 was changed by add-memory 10 min ago and rests for 30 min.",
        until=ahead(minutes=20),
    ),
    Row(says="another VM", case=case(history=history(remedy(ago(minutes=1), vm=Ref("lab", "vm-2"))))),
    Row(
        says="failed 40 min ago",
        case=case(history=history(remedy(ago(minutes=41), ended_at=ago(minutes=40), state=RemedyState.FAILED))),
        kind=HoldKind.WAIT,
        reason="web-01 could not be changed by add-cpu 40 min ago and rests for 1 h.",
        until=ahead(minutes=20),
    ),
    Row(
        says="failed an hour ago",
        case=case(history=history(remedy(ago(minutes=61), ended_at=ago(minutes=60), state=RemedyState.FAILED))),
    ),
    Row(
        says="the longest rest counts, not the last change",
        case=case(
            history=history(
                remedy(ago(minutes=30), ended_at=ago(minutes=30), state=RemedyState.FAILED),
                remedy(ago(minutes=20), ended_at=ago(minutes=20)),
            )
        ),
        kind=HoldKind.WAIT,
        reason="web-01 could not be changed by add-cpu 30 min ago and rests for 1 h.",
        until=ahead(minutes=30),
    ),
    Row(
        says="a move after a move",
        case=case(history=history(MOVED), recommendation=a_move()),
        kind=HoldKind.WAIT,
        reason="web-01 was changed by move-vm 1 h ago and rests for 6 h.",
        until=ahead(hours=5),
    ),
    Row(
        says="a move after relief",
        case=case(
            history=history(
                remedy(ago(hours=2), vm=VM, ended_at=ago(hours=1), playbook=PlaybookName.RELIEVE_DATASTORE)
            ),
            recommendation=a_move(),
        ),
        kind=HoldKind.WAIT,
        reason="web-01 was changed by relieve-datastore 1 h ago and rests for 6 h.",
        until=ahead(hours=5),
    ),
    Row(
        says="a move six hours after a move",
        case=case(
            history=history(remedy(ago(hours=7), ended_at=ago(hours=6), playbook=PlaybookName.MOVE_VM)),
            recommendation=a_move(),
        ),
    ),
    Row(says="more CPU an hour after a move", case=case(history=history(MOVED))),
    Row(
        says="a move an hour after more CPU",
        case=case(history=history(remedy(ago(minutes=61), ended_at=ago(hours=1))), recommendation=a_move()),
    ),
    Row(
        says="somebody said no",
        case=case(history=history(DENIED)),
        kind=HoldKind.WAIT,
        reason="web-01 got a no for add-cpu 40 min ago and rests for 1 h.",
        until=ahead(minutes=20),
    ),
    Row(
        says="nobody said yes in time",
        case=case(history=history(replace(DENIED, dropped=Dropped.SILENCE))),
        kind=HoldKind.WAIT,
        reason="web-01 got no yes in time for add-cpu 40 min ago and rests for 1 h.",
        until=ahead(minutes=20),
    ),
    Row(
        says="a person has stopped it while it ran by itself",
        case=case(history=history(replace(DENIED, mode=Mode.AUTO))),
        kind=HoldKind.WAIT,
        reason="web-01 got a no for add-cpu 40 min ago and rests for 1 h.",
        until=ahead(minutes=20),
    ),
    Row(
        says="a person has let be what they had begun",
        case=case(history=history(replace(DENIED, mode=Mode.RECOMMEND))),
    ),
    Row(
        says="its alarm had cleared while it waited for a yes",
        case=case(history=history(replace(DENIED, dropped=Dropped.OVERTAKEN))),
    ),
    Row(
        says="held at the last moment twice",
        case=case(facts=LONG_RED, history=history(*overtaken(2, 1))),
    ),
    Row(
        says="held at the last moment three times",
        case=case(facts=LONG_RED, history=history(*overtaken(3, 2, 1))),
        kind=HoldKind.WAIT,
        reason=(
            "web-01 was left alone by add-cpu at the last moment 3 times, the last one 1 min ago and rests for 30 min."
        ),
        until=ahead(minutes=29),
    ),
    Row(
        says="held at the last moment three times, not all of them lately",
        case=case(facts=LONG_RED, history=history(*overtaken(31, 2, 1))),
    ),
    Row(
        says="held at the last moment three times, and red anew since",
        case=case(
            facts=facts(incident=incident(opened_at=ago(hours=2), reddened=(ago(minutes=2.5),))),
            history=history(*overtaken(3, 2, 1)),
        ),
    ),
    Row(
        says="dropped by an earlier version, which did not say why",
        case=case(history=history(replace(DENIED, dropped=None, incident_id="I0001"))),
    ),
    Row(
        says="refused at the door for this alarm",
        case=case(history=history(REFUSED)),
        kind=HoldKind.WAIT,
        reason="web-01 was refused to add-cpu 5 min ago and rests for 30 min.",
        until=ahead(minutes=25),
    ),
    Row(
        says="clear before it was sent, and red anew since",
        case=case(history=history(remedy(ago(minutes=5), state=RemedyState.DROPPED, incident_id="I0001"))),
    ),
    Row(says="what is on its way", case=case(history=history(remedy(ago(minutes=1), state=RemedyState.RUNNING)))),
    Row(
        says="counted from its beginning where its end is not known",
        case=case(history=history(remedy(ago(minutes=10), ended_at=None))),
        kind=HoldKind.WAIT,
        reason="web-01 was changed by add-cpu 10 min ago and rests for 30 min.",
        until=ahead(minutes=20),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_a_vm_rests_after_a_change_and_is_looked_at_again(row: Row) -> None:
    """VCenter sends no second event for what stays red (peers, "What the first version got wrong", 3)."""
    assert_answer(Cooldown(), row)
