"""What is said of remediation as a whole: each incident with the colour that its alarm has now."""

from dataclasses import replace

from remediation.model import Mode, RemedyState, VerdictKind
from remediation.record import Change as Written
from tests.unit.bot import world
from tests.unit.bot.commands.decided import decide, record_of
from tests.unit.bot.desk import Desk, database_url
from tests.unit.remediation import samples
from vsphere.clock import SystemClock
from vsphere.model import AlarmStatus, Ref

WEB = Ref("prod", "vm-1")


def test_an_alarm_that_is_no_longer_red_is_not_told_to_be() -> None:
    desk = Desk(world.sites(world.vm(1, "web-01")), url=database_url())
    decide(desk, WEB, (VerdictKind.WAIT, "sustained", "Not high for long enough."))
    (kept,) = (one for one in record_of(desk).opened() if one.alarm.entity == WEB)
    yellow = replace(kept, alarm=replace(kept.alarm, status=AlarmStatus.YELLOW))
    record_of(desk).save([Written(before=kept, after=yellow)])

    (told,) = [line for line in desk.ask("remediation status").lines if line.startswith("• *web-01*: Virtual")]

    assert "Virtual machine CPU usage, yellow now, turned red 5 min ago · wait, sustained" in told


def test_a_question_that_nobody_has_answered_is_no_change_within_the_hour() -> None:
    desk = Desk(world.sites(world.vm(1, "web-01")), url=database_url())
    decide(desk, WEB, (VerdictKind.ASK, "", "Add 1 vCPU."))
    (kept,) = (one for one in record_of(desk).opened() if one.alarm.entity == WEB)
    now = SystemClock().now()
    asked = samples.remedy(now, key="a", vm=WEB, incident_id=kept.id, state=RemedyState.ASKED, mode=Mode.APPROVE)
    record_of(desk).save([Written(before=kept, after=kept, remedy=asked)])

    lines = desk.ask("remediation status").lines

    assert "Changes within the last hour: 0 of at most 10; under way: 0; waiting for a yes or their turn: 1" in lines
