"""Red again and again."""

import pytest

from remediation.guards.flapping import Flapping
from remediation.model import HoldKind, PlaybookName
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import ago, ahead, case, history, reddening

FOUR = [reddening(ago(minutes=one)) for one in (50, 40, 20, 5)]
CASES = (
    Row(says="three times", case=case(history=history(reddenings=FOUR[1:]))),
    Row(
        says="four times in an hour",
        case=case(history=history(reddenings=FOUR)),
        kind=HoldKind.RECOMMEND,
        reason="The alarm on web-01 turned red 4 times within 1 h.",
        until=ahead(minutes=10),
    ),
    Row(
        says="five times in an hour",
        case=case(history=history(reddenings=[*FOUR, reddening(ago(minutes=2))])),
        kind=HoldKind.RECOMMEND,
        reason="The alarm on web-01 turned red 5 times within 1 h.",
        until=ahead(minutes=20),
    ),
    Row(
        says="four times in an hour, and once before",
        case=case(history=history(reddenings=[reddening(ago(minutes=60)), *FOUR])),
        kind=HoldKind.RECOMMEND,
        reason="The alarm on web-01 turned red 4 times within 1 h.",
        until=ahead(minutes=10),
    ),
    Row(says="four times in more", case=case(history=history(reddenings=[reddening(ago(minutes=60)), *FOUR[1:]]))),
    Row(says="another VM", case=case(history=history(reddenings=[*FOUR[1:], reddening(ago(minutes=1), "vm-2")]))),
    Row(
        says="another alarm",
        case=case(history=history(reddenings=[*FOUR[1:], reddening(ago(minutes=1), playbook=PlaybookName.MOVE_VM)])),
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_what_flaps_is_left_to_a_person(row: Row) -> None:
    assert_answer(Flapping(), row)
