"""What a playbook is: a name and a pure function from facts to one operation, or to why there is none."""

from collections.abc import Callable
from dataclasses import dataclass

from remediation.model import Facts, NoRemedy, PlaybookName, Recommendation
from remediation.settings import PlaybookSettings, RemediationSettings

Recommend = Callable[[Facts, PlaybookSettings, RemediationSettings], Recommendation | NoRemedy]
"""Pure. Only moves look at `Facts.disks`; none looks at samples, so it can be asked before those are read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Playbook:
    """One remedy."""

    name: PlaybookName
    recommend: Recommend
