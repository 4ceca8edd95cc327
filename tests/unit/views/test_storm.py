"""The one card of many alarms at once."""

from typing import Any

from bot.views.incident import rolled_up_card
from bot.views.storm import SHOWN, storm_card
from remediation.model import Decided, Incident, IncidentState, VerdictKind
from tests.unit.remediation import samples
from tests.unit.remediation.samples import NOW
from tests.unit.views.reading import commands, plain
from vsphere.model import Ref


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
    assert read[0] == ":rotating_light: *Storm of 20 alarms* · 20 red now, nothing is done to them by itself"
    assert read[1:3] == ["12 VMs of cluster prod turned red within 10 min.", "Look at the host."]
    assert read[3] == "• *web-00*: Virtual machine CPU usage, red since TIME"
    assert read[-2] == f"… and {20 - SHOWN} more, {20 - SHOWN} of them red"
    assert commands(card) == {
        "All open incidents": "remediation status",
        "Pause for 2 hours": "remediation pause for=2h",
    }


def test_a_storm_names_what_is_still_red_first_and_what_has_a_card_of_its_own() -> None:
    over = in_storm(1, state=IncidentState.CLOSED, closed_at=NOW, look_at=None)
    helped = in_storm(2, round=1)

    read = plain(storm_card("S7F3K", [over, helped, in_storm(3)], NOW)).split("\n")

    assert read[0].endswith("2 red now, nothing is done to them by itself")
    assert read[3:6] == [
        "• *web-02*: Virtual machine CPU usage, has a card of its own",
        "• *web-03*: Virtual machine CPU usage, red since TIME",
        "• *web-01*: Virtual machine CPU usage, over after 5 min",
    ]


def test_a_storm_that_is_over_has_no_buttons_and_says_how_long_it_took() -> None:
    over = [in_storm(number, state=IncidentState.CLOSED, closed_at=NOW, look_at=None) for number in range(6)]

    card = storm_card("S7F3K", over, NOW)

    assert plain(card).startswith(":white_check_mark: *Storm of 6 alarms* · over after 5 min\n• *web-00*")
    assert commands(card) == {}


def test_a_card_that_was_rolled_up_points_to_the_storm() -> None:
    card = rolled_up_card(in_storm(1))

    assert plain(card).split("\n")[0] == ":rotating_light: *web-01* is part of a storm"
    assert commands(card) == {}
