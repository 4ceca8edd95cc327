"""How far a playbook may go here: who may say so, in which order, and that it is said."""

from typing import Any

import pytest

from remediation.admission import Case
from remediation.guards.mode import ModeOfPlaybook
from remediation.model import History, HoldKind, Mode, PlaybookName, RemedyState
from remediation.modes import standing
from remediation.settings import ModeOverride
from tests.unit.remediation.guards.rows import Row, assert_answer
from tests.unit.remediation.samples import (
    ago,
    case,
    datastore,
    facts,
    history,
    playbook,
    remedy,
    settings,
    switch,
    with_vm,
)


def standing_case(
    mode: Mode = Mode.AUTO, *overrides: ModeOverride, past: History | None = None, **changes: Any
) -> Case:
    """A case in the mode that stands for its VM."""
    values: dict[str, Any] = {
        "facts": facts(),
        "history": past or History(),
        "playbook": playbook(mode=mode),
        "settings": settings(overrides=overrides),
    } | changes
    found = standing(values["facts"], values["history"], values["playbook"], values["settings"])
    return case(mode=found.mode, **values)


DEV = ModeOverride(folders=("DC1/vm/dev",), mode=Mode.AUTO)
FAILURES = [remedy(ago(hours=hour), state=RemedyState.FAILED) for hour in (3, 2, 1)]
CASES = (
    Row(says="auto", case=standing_case(Mode.AUTO)),
    Row(says="approve asks later", case=standing_case(Mode.APPROVE)),
    Row(
        says="recommend",
        case=standing_case(Mode.RECOMMEND),
        kind=HoldKind.RECOMMEND,
        reason="add-cpu is in mode recommend by the configuration.",
    ),
    Row(
        says="off",
        case=standing_case(Mode.OFF),
        kind=HoldKind.NOTHING,
        reason="add-cpu is in mode off by the configuration.",
    ),
    Row(
        says="a mode that was forced",
        case=case(mode=Mode.RECOMMEND),
        kind=HoldKind.RECOMMEND,
        reason="add-cpu is in mode recommend.",
    ),
    Row(
        says="remediation is switched off",
        case=standing_case(settings=settings(enabled=False)),
        kind=HoldKind.NOTHING,
        reason="Remediation is switched off in the configuration.",
    ),
    Row(says="an override for its folder makes it auto", case=standing_case(Mode.RECOMMEND, DEV)),
    Row(
        says="the last override that fits counts",
        case=standing_case(
            Mode.AUTO, DEV, ModeOverride(attribute="env=dev", mode=Mode.OFF), facts=with_vm(attributes={"env": "Dev"})
        ),
        kind=HoldKind.NOTHING,
        reason="add-cpu is in mode off for web-01 by an override of the configuration (env=dev).",
    ),
    Row(
        says="an override for another folder",
        case=standing_case(Mode.AUTO, ModeOverride(folders=("DC1/vm/dev-old",), mode=Mode.OFF)),
    ),
    Row(
        says="an override for another attribute",
        case=standing_case(
            Mode.AUTO, ModeOverride(attribute="env=prod", mode=Mode.OFF), facts=with_vm(attributes={"env": "dev"})
        ),
    ),
    Row(
        says="an override for another playbook",
        case=standing_case(Mode.AUTO, ModeOverride(playbooks=(PlaybookName.MOVE_VM,), mode=Mode.OFF)),
    ),
    Row(
        says="a person has set it to recommend",
        case=standing_case(Mode.AUTO, past=history(switches=[switch("mode/add-cpu", "recommend")])),
        kind=HoldKind.RECOMMEND,
        reason="<@U1> has set add-cpu to mode recommend.",
    ),
    Row(
        says="a person has set it to auto",
        case=standing_case(Mode.OFF, past=history(switches=[switch("mode/add-cpu", "auto")])),
    ),
    Row(
        says="what a person has set holds back an override too",
        case=standing_case(Mode.AUTO, DEV, past=history(switches=[switch("mode/add-cpu", "off")])),
        kind=HoldKind.NOTHING,
        reason="<@U1> has set add-cpu to mode off.",
    ),
    Row(
        says="an override holds back what a person has set",
        case=standing_case(
            Mode.RECOMMEND,
            ModeOverride(folders=("DC1/vm",), mode=Mode.RECOMMEND),
            past=history(switches=[switch("mode/add-cpu", "auto")]),
        ),
        kind=HoldKind.RECOMMEND,
        reason="add-cpu is in mode recommend for web-01 by an override of the configuration (DC1/vm).",
    ),
    Row(
        says="of two that say the same the nearer one is named",
        case=standing_case(
            Mode.AUTO,
            ModeOverride(folders=("DC1/vm",), mode=Mode.RECOMMEND),
            past=history(switches=[switch("mode/add-cpu", "recommend")]),
        ),
        kind=HoldKind.RECOMMEND,
        reason="add-cpu is in mode recommend for web-01 by an override of the configuration (DC1/vm).",
    ),
    Row(
        says="what a person has set for another playbook",
        case=standing_case(Mode.AUTO, past=history(switches=[switch("mode/move-vm", "off")])),
    ),
    Row(
        says="its breaker has tripped",
        case=standing_case(Mode.AUTO, past=history(*FAILURES)),
        kind=HoldKind.RECOMMEND,
        reason="3 changes by add-cpu failed within 24 h. It only recommends until it is rearmed.",
    ),
    Row(
        says="a breaker makes off no bolder",
        case=standing_case(Mode.OFF, past=history(*FAILURES)),
        kind=HoldKind.NOTHING,
        reason="add-cpu is in mode off by the configuration.",
    ),
    Row(
        says="the VM asks to be left alone",
        case=standing_case(Mode.APPROVE, facts=with_vm(attributes={"iaas.auto": "Off"})),
        kind=HoldKind.RECOMMEND,
        reason="web-01 asks by its attribute iaas.auto = Off to be left alone.",
    ),
    Row(
        says="its attribute can not be read",
        case=standing_case(facts=with_vm(attributes={"iaas.auto": "sometimes"})),
        kind=HoldKind.RECOMMEND,
        reason="The attribute iaas.auto of web-01 is 'sometimes', neither on nor off.",
    ),
    Row(says="its attribute says on", case=standing_case(facts=with_vm(attributes={"iaas.auto": "on"}))),
    Row(
        says="on makes no mode bolder",
        case=standing_case(Mode.OFF, facts=with_vm(attributes={"iaas.auto": "on"})),
        kind=HoldKind.NOTHING,
        reason="add-cpu is in mode off by the configuration.",
    ),
    Row(
        says="a datastore asks to be left alone",
        case=standing_case(facts=facts(vm=None, datastore=datastore(attributes={"iaas.auto": "no"}))),
        kind=HoldKind.RECOMMEND,
        reason="web-01 asks by its attribute iaas.auto = no to be left alone.",
    ),
)


@pytest.mark.parametrize("row", CASES, ids=str)
def test_only_approve_and_auto_do_anything_and_it_is_said_who_says_so(row: Row) -> None:
    assert_answer(ModeOfPlaybook(), row)
