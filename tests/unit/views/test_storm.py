"""The one card of many alarms at once."""

from dataclasses import replace
from typing import Any

from bot.views.incident import rolled_up_card
from bot.views.storm import SHOWN, storm_card
from remediation.model import Decided, Incident, IncidentState, VerdictKind
from tests.unit.remediation import samples
from tests.unit.remediation.samples import NOW
from tests.unit.views.reading import commands, plain
from vsphere.model import AlarmStatus, Ref


def in_storm(number: int, **changes: Any) -> Incident:
    held = Decided(
        verdict=VerdictKind.WAIT,
        reason="12 VMs of cluster prod turned red within 10 min.",
        guard="storm",
        way_out="Look at the host.",
        at=NOW,
    )
    values: dict[str, Any] = {
        "id": f"I{number:04}",
        "entity_name": f"web-{number:02}",
        "storm": "S7F3K",
        "decided": held,
        "alarm": samples.alarm(entity=Ref("lab", f"vm-{number}"), triggered_at=samples.ago(minutes=5)),
    } | changes
    return samples.incident(**values)


def test_a_storm_is_one_card_that_says_what_the_brake_does() -> None:
    card = storm_card("S7F3K", [in_storm(number) for number in range(20)], NOW)

    read = plain(card).split("\n")
    assert read[0] == ":rotating_light: *Storm of 20 alarms on 20 VMs* · 20 red"
    assert read[1:3] == ["TIME: 12 VMs of cluster prod turned red within 10 min.", "Look at the host."]
    assert read[3] == "• *web-00*: Virtual machine CPU usage, red since TIME"
    assert read[-2] == f"… and {20 - SHOWN} more: {20 - SHOWN} red"
    assert commands(card) == {
        "All open incidents": "remediation status",
        "Pause for 2 hours": "remediation pause for=2h",
    }


def test_the_numbers_of_a_storm_add_up_and_what_has_a_card_of_its_own_is_no_part_of_them() -> None:
    over = in_storm(1, state=IncidentState.CLOSED, closed_at=NOW, look_at=None)
    helped = in_storm(2, round=1)
    somebodys = in_storm(
        4,
        decided=Decided(verdict=VerdictKind.NOTHING, reason="It is somebody's.", guard="acknowledged", at=NOW),
        alarm=replace(in_storm(4).alarm, acknowledged=True, acknowledged_by="CORP\\ann"),
    )
    yellow = in_storm(5, alarm=replace(in_storm(5).alarm, status=AlarmStatus.YELLOW))
    twice = in_storm(6, alarm=replace(in_storm(3).alarm, name="Virtual machine memory usage"), entity_name="web-03")

    read = plain(storm_card("S7F3K", [over, helped, in_storm(3), somebodys, yellow, twice], NOW)).split("\n")

    assert read[0].endswith("*Storm of 5 alarms on 4 VMs* · 2 red, 1 acknowledged, 1 yellow, 1 over")
    assert read[3:9] == [
        "• *web-03*: Virtual machine CPU usage, red since TIME",
        "• *web-03*: Virtual machine memory usage, red since TIME",
        "• *web-04*: Virtual machine CPU usage, acknowledged by CORP\\ann",
        "• *web-05*: Virtual machine CPU usage, yellow now",
        "• *web-01*: Virtual machine CPU usage, over after 5 min",
        "1 alarm more has a card of its own.",
    ]


def test_a_storm_that_somebody_has_paused_says_so_and_once_nothing_holds_it_that() -> None:
    paused = Decided(
        verdict=VerdictKind.WAIT,
        reason="<@U0ANN> has paused remediation for another 2 h: <@U0BEN> knows.",
        guard="pause",
        way_out="An administrator can end it.",
        at=NOW,
    )
    looked_at = Decided(verdict=VerdictKind.WAIT, reason="Not for long enough.", guard="sustained", at=NOW)

    held, free = (plain(storm_card("S1", [in_storm(1, decided=one)], NOW)).split("\n") for one in (paused, looked_at))

    assert held[1:3] == [
        "TIME: <@U0ANN> has paused remediation for another 2 h: &lt;@U0BEN&gt; knows.",
        "An administrator can end it.",
    ]
    assert free[1] == "The brake has let go. What is still red gets a card of its own once there is something to say."


def test_what_a_brake_said_of_what_is_over_holds_no_more() -> None:
    over = in_storm(1, state=IncidentState.CLOSED, closed_at=NOW, look_at=None)
    still = in_storm(2, decided=None)

    assert "turned red within" not in plain(storm_card("S7F3K", [over, still], NOW))


def test_a_storm_that_is_over_has_no_buttons_and_says_how_long_it_took_by_our_clock() -> None:
    ahead = samples.alarm(triggered_at=samples.ahead(hours=1))
    over = [
        in_storm(number, state=IncidentState.CLOSED, closed_at=NOW, look_at=None, alarm=ahead) for number in range(6)
    ]

    card = storm_card("S7F3K", over, NOW)

    assert plain(card).startswith(
        ":white_check_mark: *Storm of 6 alarms on 1 VM* · over after 5 min\n• *web-00*: Virtual machine CPU usage, over"
    )
    assert commands(card) == {}


def test_a_storm_whose_alarms_have_all_got_cards_of_their_own_is_over() -> None:
    card = storm_card("S7F3K", [in_storm(1, round=1)], NOW)

    assert plain(card).split("\n")[0] == (
        ":white_check_mark: *Storm of alarms* · over: whatever is still red has a card of its own"
    )
    assert commands(card) == {}


def test_a_card_that_was_rolled_up_points_to_the_storm() -> None:
    card = rolled_up_card(in_storm(1))

    assert plain(card).split("\n")[0] == ":rotating_light: *web-01* is part of a storm"
    assert commands(card) == {}
