"""When a playbook has earned to be asked about no more: after enough approved runs that helped.

It is only offered, once for each playbook; a person turns it on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from remediation.model import History, Mode, Outcome, PlaybookName, Remedy, RemedyState, Switch
from remediation.settings import RemediationSettings
from remediation.switches import mode_key, rearm_key, since

OFFER: Final = "remediation.trust"
"""The kind of the notice that tells administrators."""
_SPOILT: Final = frozenset({Outcome.WORSE})
_WITH_A_YES: Final = frozenset({Mode.APPROVE, Mode.RECOMMEND})
"""A person who does what is recommended has said yes to it as well."""


class Notices(Protocol):
    """Where what is to be told once is kept: `operations.record.notices.Notices`."""

    def add(self, *, key: str, recipient: str | None, kind: str, data: Mapping[str, object]) -> bool:
        """See `Notices.add`."""


class Ladder:
    """Offers auto for what has earned it."""

    def __init__(self, *, settings: RemediationSettings, notices: Notices) -> None:
        self._settings = settings
        self._notices = notices

    def climb(self, compared: Sequence[Remedy], history: History) -> None:
        """Look at the playbooks whose approved runs have just helped.

        Raises:
            StorageError: the offer can't be kept.
        """
        helped = {one.playbook for one in compared if one.outcome is Outcome.HELPED and one.mode in _WITH_A_YES}
        if not helped or not self._settings.channel:
            return
        for offer in offers(history, self._settings):
            data = {"playbook": offer.playbook.value, "runs": offer.runs, "people": list(offer.people)}
            key = f"remediation/trust/{offer.playbook.value}"
            self._notices.add(key=key, recipient=self._settings.channel, kind=OFFER, data=data)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What can be shown for a playbook."""

    playbook: PlaybookName
    runs: int
    """Approved runs that helped."""
    people: tuple[str, ...]
    """Slack ids of those who approved them."""


def offers(history: History, settings: RemediationSettings) -> Iterator[Offer]:
    """Every playbook in mode `approve` that has earned to run by itself. Pure.

    Args:
        history: as far as it looks back (30 days).
        settings: how many runs and people it takes.
    """
    for playbook in settings.playbooks:
        if _mode(playbook.name, playbook.mode, history.switches) is not Mode.APPROVE:
            continue
        runs = _approved(playbook.name, history)
        helped = [one for one in runs if one.outcome is Outcome.HELPED]
        people = tuple(sorted({person for one in helped for person in one.approved_by}))
        spoilt = any(one.state is RemedyState.FAILED or one.outcome in _SPOILT for one in runs)
        if not spoilt and len(helped) >= settings.trust_runs and len(people) >= settings.trust_people:
            yield Offer(playbook=playbook.name, runs=len(helped), people=people)


def _mode(name: PlaybookName, configured: Mode, switches: Mapping[str, Switch]) -> Mode:
    switch = switches.get(mode_key(name))
    return Mode(switch.value) if switch else configured


def _approved(name: PlaybookName, history: History) -> list[Remedy]:
    """Its runs that somebody said yes to; what was undone says nothing, and those before a rearm are forgiven."""
    from_ = since(history.switches, rearm_key(name))
    return [
        one
        for one in history.remedies
        if one.playbook is name
        and one.mode in _WITH_A_YES
        and one.approved_by
        and one.key not in history.undone
        and (from_ is None or one.at >= from_)
    ]
