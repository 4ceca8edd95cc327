"""A playbook that does not help a VM."""

import pytest

from remediation.guards.no_effect import NoEffect
from remediation.model import HoldKind, Outcome, PlaybookName, Remedy
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import ago, case, history, remedy, switch
from vsphere.model import Ref


def brought(*outcomes: Outcome | None, playbook: PlaybookName = PlaybookName.ADD_CPU) -> list[Remedy]:
    """Remedies of the last days with these outcomes, oldest first."""
    return [remedy(ago(days=len(outcomes) - at), outcome=one, playbook=playbook) for at, one in enumerate(outcomes)]


IN_VAIN, HELPED, WORSE, UNKNOWN = Outcome.NO_EFFECT, Outcome.HELPED, Outcome.WORSE, Outcome.UNKNOWN
REASON = "The last 2 remedies of web-01 by add-cpu did not help."
CASES = (
    Row(says="once", case=case(history=history(*brought(IN_VAIN)))),
    Row(says="twice", case=case(history=history(*brought(IN_VAIN, IN_VAIN))), kind=HoldKind.REFUSE, reason=REASON),
    Row(
        says="in whatever order they are kept",
        case=case(history=history(*reversed(brought(HELPED, IN_VAIN, IN_VAIN)))),
        kind=HoldKind.REFUSE,
        reason=REASON,
    ),
    Row(
        says="worse is no help",
        case=case(history=history(*brought(WORSE, IN_VAIN))),
        kind=HoldKind.REFUSE,
        reason=REASON,
    ),
    Row(says="helped between", case=case(history=history(*brought(IN_VAIN, HELPED, IN_VAIN)))),
    Row(says="helped since", case=case(history=history(*brought(IN_VAIN, IN_VAIN, HELPED)))),
    Row(
        says="what nobody could compare counts for nothing",
        case=case(history=history(*brought(IN_VAIN, UNKNOWN, IN_VAIN, None))),
        kind=HoldKind.REFUSE,
        reason=REASON,
    ),
    Row(
        says="another playbook",
        case=case(history=history(*brought(IN_VAIN), *brought(IN_VAIN, playbook=PlaybookName.ADD_MEMORY))),
    ),
    Row(
        says="another VM",
        case=case(history=history(*brought(IN_VAIN), remedy(ago(hours=1), vm=Ref("lab", "vm-2"), outcome=IN_VAIN))),
    ),
    Row(
        says="a person has started it again",
        case=case(history=history(*brought(IN_VAIN, IN_VAIN), switches=[switch("again/lab/vm-1")])),
    ),
    Row(
        says="started again at the moment of a remedy",
        case=case(
            history=history(*brought(IN_VAIN, IN_VAIN, IN_VAIN), switches=[switch("again/lab/vm-1", at=ago(days=2))])
        ),
    ),
    Row(
        says="in vain again since then",
        case=case(
            history=history(*brought(IN_VAIN, IN_VAIN, IN_VAIN), switches=[switch("again/lab/vm-1", at=ago(days=2.5))])
        ),
        kind=HoldKind.REFUSE,
        reason=REASON,
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_what_does_not_help_twice_running_is_not_tried_again(row: Row) -> None:
    assert_answer(NoEffect(), row)
