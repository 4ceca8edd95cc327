"""Whether a playbook has failed too often: then it only recommends until a person rearms it. Pure.

Three failures within 24 h (peers' guard-rail table, "Circuit breaker", after VMware-Policy). It is read from the record
of remedies, so it holds whether or not anybody has set the switch; the switch keeps it beyond the 30 days of history.
"""

from datetime import datetime

from remediation.lookback import ended
from remediation.model import History, PlaybookName, RemedyState
from remediation.settings import GuardSettings
from remediation.switches import ON, breaker_key, rearm_key, since
from remediation.words import counted, span


def tripped(history: History, playbook: PlaybookName, guards: GuardSettings) -> str | None:
    """Why a playbook only recommends, one sentence; None while its breaker holds."""
    switch = history.switches.get(breaker_key(playbook))
    if switch is not None:
        return _sentence(switch.value) or f"The breaker of {playbook.value} has tripped."
    failures = failures_of(history, playbook)
    most = guards.breaker_failures
    for first, last in zip(failures, failures[most - 1 :], strict=False):
        if last - first <= guards.breaker_within:
            return f"{counted(most, 'change')} by {playbook.value} failed within {span(guards.breaker_within)}."
    return None


def failures_of(history: History, playbook: PlaybookName) -> list[datetime]:
    """When changes by a playbook failed since it was rearmed, oldest first."""
    rearmed = since(history.switches, rearm_key(playbook))
    return sorted(
        ended(one)
        for one in history.remedies
        if one.playbook is playbook and one.state is RemedyState.FAILED and (rearmed is None or ended(one) > rearmed)
    )


def _sentence(value: str) -> str:
    """The reason that a switch holds; empty where it says only that it is on."""
    text = value.strip().rstrip(".")
    return f"{text}." if text not in {"", ON} else ""
