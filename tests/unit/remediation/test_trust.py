"""When auto is offered: enough approved runs that helped, by enough people, and nothing that went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from remediation.model import History, Mode, Outcome, PlaybookName, Remedy, RemedyState
from remediation.switches import mode_key, rearm_key
from remediation.trust import Ladder, Offer, offers
from tests.unit.remediation import samples

APPROVE = samples.settings(playbooks=(samples.playbook(mode=Mode.APPROVE),))


def run(number: int, **changes: Any) -> Remedy:
    """The so-many-th approved run that helped, by Ann or Ben in turn."""
    person = ("U0ANN", "U0BEN")[number % 2]
    values = {"mode": Mode.APPROVE, "approved_by": (person,), "outcome": Outcome.HELPED} | changes
    return samples.remedy(samples.ago(days=10) + timedelta(hours=number), **values)


def earned(*more: Remedy, **switches: str) -> History:
    set_ = [samples.switch(key, value, at=samples.ago(days=1)) for key, value in switches.items()]
    return samples.history(*map(run, range(5)), *more, switches=set_)


def test_auto_is_offered_after_five_helpful_approved_runs_by_two_people() -> None:
    assert [*offers(earned(), APPROVE)] == [Offer(playbook=PlaybookName.ADD_CPU, runs=5, people=("U0ANN", "U0BEN"))]


def test_whoever_does_what_is_recommended_has_said_yes_to_it() -> None:
    by_hand = samples.history(*(run(number, mode=Mode.RECOMMEND) for number in range(5)))

    assert [one.runs for one in offers(by_hand, APPROVE)] == [5]
    assert climb(run(5, mode=Mode.RECOMMEND), history=by_hand).kept.keys() == {"remediation/trust/add-cpu"}


NOT_ENOUGH = {
    "four runs": samples.history(*map(run, range(4))),
    "one person": samples.history(*(run(number, approved_by=("U0ANN",)) for number in range(9))),
    "nobody said yes": samples.history(*(run(number, approved_by=()) for number in range(9))),
    "auto runs": samples.history(*(run(number, mode=Mode.AUTO) for number in range(9))),
    "no effect": samples.history(*(run(number, outcome=Outcome.NO_EFFECT) for number in range(9))),
    "not compared yet": samples.history(*(run(number, outcome=None) for number in range(9))),
    "one made it worse": earned(run(6, outcome=Outcome.WORSE)),
    "one failed": earned(run(6, outcome=None, state=RemedyState.FAILED)),
    "another playbook's": samples.history(*(run(number, playbook=PlaybookName.ADD_MEMORY) for number in range(9))),
    "one of five is undone": samples.history(*map(run, range(5)), undone={run(4).key: samples.undoing()}),
    "it runs by itself already": earned(**{mode_key(PlaybookName.ADD_CPU): "auto"}),
    "all before it was rearmed": earned(**{rearm_key(PlaybookName.ADD_CPU): "on"}),
}


@pytest.mark.parametrize("history", NOT_ENOUGH.values(), ids=NOT_ENOUGH)
def test_auto_is_not_offered_before_it_is_earned(history: History) -> None:
    assert [*offers(history, APPROVE)] == []


def test_what_was_undone_spoils_nothing_either() -> None:
    worse = run(6, outcome=Outcome.WORSE)
    history = samples.history(*map(run, range(5)), worse, undone={worse.key: samples.undoing()})

    assert [one.runs for one in offers(history, APPROVE)] == [5]


def test_a_failure_before_the_breaker_was_rearmed_is_forgiven() -> None:
    failed = samples.remedy(samples.ago(days=20), mode=Mode.APPROVE, approved_by=("U0ANN",), state=RemedyState.FAILED)
    rearmed = samples.switch(rearm_key(PlaybookName.ADD_CPU), at=samples.ago(days=15))

    assert len([*offers(samples.history(failed, *map(run, range(5)), switches=[rearmed]), APPROVE)]) == 1
    assert [*offers(samples.history(failed, *map(run, range(5))), APPROVE)] == []


def test_a_playbook_that_a_person_has_set_to_approve_is_offered_as_well() -> None:
    file_says_recommend = samples.settings(playbooks=(samples.playbook(mode=Mode.RECOMMEND),))
    history = earned(**{mode_key(PlaybookName.ADD_CPU): "approve"})

    assert len([*offers(history, file_says_recommend)]) == 1
    assert [*offers(earned(), file_says_recommend)] == []


@dataclass
class Notices:
    """See `remediation.trust.Notices`."""

    kept: dict[str, tuple[str | None, str, Mapping[str, object]]] = field(default_factory=dict)
    asked: int = 0

    def add(self, *, key: str, recipient: str | None, kind: str, data: Mapping[str, object]) -> bool:
        """See `Notices.add`."""
        self.asked += 1
        return self.kept.setdefault(key, (recipient, kind, data)) is not None


def climb(*compared: Remedy, channel: str = "#ops", history: History | None = None) -> Notices:
    notices = Notices()
    settings = samples.settings(playbooks=(samples.playbook(mode=Mode.APPROVE),), channel=channel)
    Ladder(settings=settings, notices=notices).climb(compared, history or earned())
    return notices


def test_the_offer_goes_to_the_channel_of_incidents_once_for_each_playbook() -> None:
    assert climb(run(5)).kept == {
        "remediation/trust/add-cpu": (
            "#ops",
            "remediation.trust",
            {"playbook": "add-cpu", "runs": 5, "people": ["U0ANN", "U0BEN"]},
        )
    }


@pytest.mark.parametrize(
    "notices",
    [
        climb(),
        climb(run(5, mode=Mode.AUTO)),
        climb(run(5, outcome=Outcome.NO_EFFECT)),
        climb(run(5), channel=""),
        climb(run(5), history=samples.history()),
    ],
    ids=["nothing was compared", "it ran by itself", "it did not help", "no channel", "not earned"],
)
def test_nothing_is_offered_otherwise(notices: Notices) -> None:
    assert notices.kept == {}
