"""What becomes of the answers of all guard rails: the heaviest no decides, in whatever order they are asked."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from remediation.admission import PLAYBOOK, Admission, Case, without_remedy
from remediation.guards import ALL_GUARDS
from remediation.model import Hold, HoldKind, Mode, NoRemedy, Verdict, VerdictKind
from tests.unit.remediation.samples import NOW, ahead, case, facts, more_cpu, samples


@dataclass(frozen=True, kw_only=True, slots=True)
class Says:
    """A guard rail that always says the same."""

    name: str = "says"
    needs_metrics: bool = False
    hold: Hold | None = field(default=None)

    def check(self, _case: Case) -> Hold | None:
        """See `Guard.check`."""
        return self.hold


def no(kind: HoldKind, name: str = "says", *, until: datetime | None = None, needs_metrics: bool = False) -> Says:
    hold = Hold(guard=name, kind=kind, reason=f"{name} says {kind.value}.", way_out="Wait.", until=until)
    return Says(name=name, hold=hold, needs_metrics=needs_metrics)


def test_without_a_no_it_is_done_in_mode_auto_and_asked_for_in_mode_approve() -> None:
    admission, told = Admission([Says()]), "Add 1 vCPU to web-01 (2 → 3)."

    assert admission.judge(case(mode=Mode.AUTO)) == Verdict(
        kind=VerdictKind.ACT, reason=told, recommendation=more_cpu()
    )
    assert admission.judge(case(mode=Mode.APPROVE)) == Verdict(
        kind=VerdictKind.ASK, reason=told, recommendation=more_cpu()
    )


def test_all_guard_rails_together_let_a_plain_case_pass() -> None:
    assert Admission(ALL_GUARDS).judge(case()).kind is VerdictKind.ACT


def test_a_no_is_handed_on_with_all_that_it_says() -> None:
    wait = no(HoldKind.WAIT, "cooldown", until=ahead(minutes=5))

    assert Admission([Says(), wait]).judge(case()) == Verdict(
        kind=VerdictKind.WAIT,
        reason="cooldown says wait.",
        guard="cooldown",
        way_out="Wait.",
        recommendation=more_cpu(),
        look_at=ahead(minutes=5),
        holds=(wait.hold,) if wait.hold else (),
    )


def test_the_heaviest_no_decides_and_all_are_told() -> None:
    kinds = (HoldKind.RECOMMEND, HoldKind.WINDOW, HoldKind.WAIT, HoldKind.REFUSE, HoldKind.NOTHING)

    verdict = Admission([no(kind, kind.value) for kind in kinds]).judge(case())

    assert verdict.kind is VerdictKind.NOTHING
    assert [hold.kind for hold in verdict.holds] == list(reversed(kinds))


def test_of_several_waits_the_longest_decides() -> None:
    waits = [
        no(HoldKind.WAIT, str(one), until=None if one is None else ahead(minutes=one)) for one in (5, 30, None, 10)
    ]

    verdict = Admission(waits).judge(case())

    assert (verdict.look_at, verdict.guard) == (ahead(minutes=30), "30")
    assert [hold.guard for hold in verdict.holds] == ["30", "10", "5", "None"]


def test_where_a_playbook_has_nothing_to_recommend_that_is_the_reason() -> None:
    assert without_remedy(NoRemedy(reason="It has all it may have.", better="Look at it.")) == Verdict(
        kind=VerdictKind.REFUSE, reason="It has all it may have.", guard=PLAYBOOK, way_out="Look at it."
    )


@pytest.mark.parametrize("kind", [HoldKind.NOTHING, HoldKind.REFUSE, HoldKind.WAIT])
def test_a_glance_decides_where_no_figure_could_make_it_milder(kind: HoldKind) -> None:
    admission = Admission([no(kind), no(HoldKind.REFUSE, "figures", needs_metrics=True)])

    verdict = admission.glance(case())

    assert verdict is not None
    assert [hold.guard for hold in verdict.holds] == ["says"]


@pytest.mark.parametrize("kind", [HoldKind.RECOMMEND, HoldKind.WINDOW])
def test_a_glance_leaves_it_open_where_the_card_should_tell_what_the_figures_say(kind: HoldKind) -> None:
    admission = Admission([no(kind), no(HoldKind.REFUSE, "figures", needs_metrics=True)])

    assert admission.glance(case()) is None
    assert admission.judge(case()).guard == "figures"


def test_a_glance_leaves_a_plain_case_open() -> None:
    unread = case(facts=facts(samples=(), host_samples=(), disks={}))

    assert Admission(ALL_GUARDS).glance(unread) is None
    assert Admission(ALL_GUARDS).judge(unread).guard == "sustained"


def test_a_glance_costs_no_figures() -> None:
    cleared = case(facts=facts(alarm=None, samples=samples(ready=20), now=NOW))

    assert Admission(ALL_GUARDS).glance(cleared) == Verdict(
        kind=VerdictKind.NOTHING,
        reason="The alarm Virtual machine CPU usage on web-01 has cleared by itself.",
        guard="red",
        way_out="Nothing needs to be done.",
        recommendation=more_cpu(),
        holds=Admission(ALL_GUARDS).judge(cleared).holds[:1],
    )
