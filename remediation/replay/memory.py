"""Playbooks that remember what they found about a datastore, since a plan takes long and an estate hardly changes."""

from dataclasses import dataclass, replace

from remediation.model import Facts, NoRemedy, Recommendation
from remediation.playbook import Playbook
from remediation.settings import PlaybookSettings, RemediationSettings
from vsphere.model import Ref


@dataclass(frozen=True, slots=True)
class _Found:
    facts: Facts
    result: Recommendation | NoRemedy


def remembering(playbook: Playbook) -> Playbook:
    """The same playbook; asked again about a datastore where nothing has changed, it gives the same answer at once.

    Facts come from `Estate`, which gives the very same tuples as long as nothing of them has changed.
    """
    kept: dict[Ref, _Found] = {}

    def recommend(facts: Facts, chosen: PlaybookSettings, settings: RemediationSettings) -> Recommendation | NoRemedy:
        if facts.datastore is None:
            return playbook.recommend(facts, chosen, settings)
        known = kept.get(facts.datastore.ref)
        if known is None or not _is_same(known.facts, facts):
            known = kept[facts.datastore.ref] = _Found(facts, playbook.recommend(facts, chosen, settings))
        return known.result

    return replace(playbook, recommend=recommend)


def _is_same(one: Facts, other: Facts) -> bool:
    """But for the words: how long a VM still rests changes no plan."""
    is_there = one.vms is other.vms and one.datastores is other.datastores
    return is_there and one.resting.keys() == other.resting.keys() and one.left == other.left
