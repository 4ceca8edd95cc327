"""When a relief goes on although its alarm is red no more."""

from dataclasses import replace
from typing import Any

import pytest

from remediation.model import Decided, Incident, PlaybookName, Remedy, RemedyState, VerdictKind
from remediation.relieving import goes_on
from remediation.settings import ReliefSettings
from tests.unit.remediation.samples import NOW, ago, datastore, incident, remedy

RELIEF = PlaybookName.RELIEVE_DATASTORE
RULES = ReliefSettings(target_percent=75)


def decided(verdict: VerdictKind) -> Decided:
    return Decided(verdict=verdict, reason="So it is.", at=NOW)


def of(verdict: VerdictKind | None = VerdictKind.ACT, playbook: PlaybookName = RELIEF) -> Incident:
    return incident(
        playbook=playbook, round=1, opened_at=ago(minutes=30), decided=decided(verdict) if verdict else None
    )


def moved(**changes: Any) -> Remedy:
    return remedy(ago(minutes=9), **({"playbook": RELIEF, "incident_id": "I7F3K"} | changes))


CASES = {
    "one move made, and too full still": (of(), [moved()], 760, True),
    "the next waits for its turn": (of(VerdictKind.WAIT), [moved()], 760, True),
    "the next waits for a yes": (of(VerdictKind.ASK), [moved()], 760, True),
    "nothing decided since": (of(None), [moved()], 760, True),
    "an earlier one made, the last one under way": (
        of(),
        [moved(), moved(state=RemedyState.RUNNING)],
        760,
        True,
    ),
    "made before it turned red again": (replace(of(), reddened=(ago(minutes=5),)), [moved()], 760, False),
    "made since it turned red again": (replace(of(), reddened=(ago(minutes=20),)), [moved()], 760, True),
    "at its target": (of(), [moved()], 750, False),
    "nothing made so far": (of(), [], 760, False),
    "the first one under way": (of(), [moved(state=RemedyState.RUNNING)], 760, False),
    "another incident's": (of(), [moved(incident_id="I9")], 760, False),
    "nothing more can be moved": (of(VerdictKind.REFUSE), [moved()], 760, False),
    "people may do the rest": (of(VerdictKind.RECOMMEND), [moved()], 760, False),
    "a VM's alarm": (of(playbook=PlaybookName.MOVE_VM), [moved(playbook=PlaybookName.MOVE_VM)], 760, False),
}


@pytest.mark.parametrize(("known", "remedies", "used_gib", "wanted"), CASES.values(), ids=CASES)
def test_a_relief_goes_on_once_it_has_begun_until_the_datastore_is_at_its_target(
    known: Incident, remedies: list[Remedy], used_gib: int, *, wanted: bool
) -> None:
    assert goes_on(known, remedies, datastore(used_gib=used_gib), RULES) is wanted


def test_a_datastore_that_is_gone_is_relieved_no_more() -> None:
    assert not goes_on(of(), [moved()], None, RULES)
