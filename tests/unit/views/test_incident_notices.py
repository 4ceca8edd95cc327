"""What is told once of incidents: in threads, to owners, to administrators."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.blocks.gate import Surface, check
from bot.views.ids import Kind
from bot.views.message import Message
from bot.views.notice import PICTURES, notice_message
from operations.record.notices import Notice
from tests.unit.views.reading import clicks, plain

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
ABOUT = {
    "summary": "Add 1 vCPU to <!channel> (2 → 3)",
    "operation_id": "R7F3K",
    "playbook": "add-cpu",
    "before": {"cpu_p95": 96.0, "ready_p95": 1.2},
}
TOLD: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "begins": (
        "incident.begun",
        ABOUT | {"asks": False},
        [
            ":gear: *Add 1 vCPU to &lt;!channel&gt; (2 → 3)* begins · R7F3K",
            "Before: CPU p95 96 %, ready 1.2 %",
        ],
    ),
    "waits for a yes": (
        "incident.begun",
        ABOUT | {"asks": True, "before": {}},
        [":lock: *Add 1 vCPU to &lt;!channel&gt; (2 → 3)* waits for a yes · R7F3K"],
    ),
    "begins by a person's hand": (
        "incident.begun",
        ABOUT | {"asks": False, "before": {}, "by": "U0ANN"},
        [":gear: *Add 1 vCPU to &lt;!channel&gt; (2 → 3)* begins by <@U0ANN> · R7F3K"],
    ),
    "undone": (
        "incident.compared",
        ABOUT | {"outcome": "unknown", "after": {"reason": "undone", "undone_by": "U0ANN"}, "later_s": 80},
        [
            (
                ":heavy_multiplication_x: *Add 1 vCPU to &lt;!channel&gt; (2 → 3)*: undone by <@U0ANN>, so it "
                "counts for nothing"
            )
        ],
    ),
    "done": (
        "incident.ended",
        ABOUT | {"state": "succeeded", "text": "3 vCPU", "way_out": None},
        [":white_check_mark: *Add 1 vCPU to &lt;!channel&gt; (2 → 3)*: done · R7F3K", "3 vCPU"],
    ),
    "lowered": (
        "incident.ended",
        ABOUT | {"state": "succeeded", "text": "5 GB", "way_out": None, "lowered": ["6 GB memory", "U0ANN"]},
        [
            ":white_check_mark: *Add 1 vCPU to &lt;!channel&gt; (2 → 3)*: done · R7F3K",
            "It was lowered from 6 GB memory by <@U0ANN>.",
            "5 GB",
        ],
    ),
    "failed": (
        "incident.ended",
        ABOUT | {"state": "failed", "text": "No room on esx-01.", "way_out": "Free some."},
        [":x: *Add 1 vCPU to &lt;!channel&gt; (2 → 3)*: failed · R7F3K", "No room on esx-01.", "Free some."],
    ),
    "helped": (
        "incident.compared",
        ABOUT | {"outcome": "helped", "after": {"reason": "CPU p95 96 % → 61 %: helped"}, "later_s": 605.2},
        [":bar_chart: 10 min later: CPU p95 96 % → 61 %: helped"],
    ),
    "refused": (
        "incident.decided",
        {"verdict": "refuse", "reason": "Ready is 8 %.", "way_out": "Move it."},
        [":no_entry: Ready is 8 %.", "Move it."],
    ),
    "refused because of a switch": (
        "incident.decided",
        {
            "verdict": "refuse",
            "reason": "<@U0ANN> has stopped automatic changes of <@U0BEN>.",
            "way_out": "Start <@U0BEN>.",
            "about": "web-01",
        },
        [":no_entry: <@U0ANN> has stopped automatic changes of &lt;@U0BEN&gt;.", "Start &lt;@U0BEN&gt;."],
    ),
    "a VM that is called like somebody's wish": (
        "incident.decided",
        {
            "verdict": "refuse",
            "reason": "<@U0ANN> has paused remediation is protected.",
            "way_out": "",
            "about": "<@U0ANN> has paused remediation",
        },
        [":no_entry: &lt;@U0ANN&gt; has paused remediation is protected."],
    ),
    "decided before that was kept": (
        "incident.decided",
        {"verdict": "wait", "reason": "<@U0ANN> has paused remediation until somebody resumes it.", "way_out": ""},
        [":hourglass_flowing_sand: <@U0ANN> has paused remediation until somebody resumes it."],
    ),
    "cancelled": (
        "incident.ended",
        ABOUT
        | {
            "state": "dropped",
            "text": "Cancelled by <@U0ANN> before it began, not by <@U0BEN>.",
            "way_out": None,
            "people": ["add-cpu", "U0ANN"],
        },
        [
            ":heavy_multiplication_x: *Add 1 vCPU to &lt;!channel&gt; (2 → 3)*: not done · R7F3K",
            "Cancelled by <@U0ANN> before it began, not by &lt;@U0BEN&gt;.",
        ],
    ),
    "trust": (
        "remediation.trust",
        {"playbook": "add-cpu", "runs": 5, "people": ["U0ANN", "U0BEN"]},
        [
            ":bulb: *add-cpu* could run by itself",
            (
                "5 approved runs of the last 30 days have helped, approved by <@U0ANN> and <@U0BEN>, and none has "
                "failed or made anything worse. Every guard rail holds in mode auto as well; `remediation mode` takes "
                "it back."
            ),
        ],
    ),
}


def told(kind: str, data: dict[str, Any]) -> Message:
    made = notice_message(Notice(key="k", recipient="U1", kind=kind, data=data, created_at=NOW), NOW)
    assert made is not None
    check({"text": made.text, "blocks": list(made.blocks)}, Surface.MESSAGE)
    return made


def said(made: Message) -> dict[str, tuple[str, Kind]]:
    return {label: (click.line, click.kind) for label, click in clicks(made).items()}


@pytest.mark.parametrize(("kind", "data", "lines"), TOLD.values(), ids=TOLD)
def test_a_notice_says_it_in_figures_and_rings_nobody(kind: str, data: dict[str, Any], lines: list[str]) -> None:
    assert told(kind, data).text.split("\n") == lines


def test_what_stays_planned_once_its_alarm_is_over_is_told_with_the_way_to_cancel_it() -> None:
    about = ABOUT | {"vm": "<!here>", "alarm": "CPU usage", "what": "restart", "planned": "2026-11-26T22:00:00+00:00"}

    card = told("incident.still.planned", about)

    assert plain(card).split("\n") == [
        ":white_check_mark: *&lt;!here&gt;*: CPU usage is over",
        (
            "*Add 1 vCPU to &lt;!channel&gt; (2 → 3)* is still planned for TIME, with a restart. If it shall stay so, "
            "nothing needs to be done; if nobody needs it any more, cancel it."
        ),
        "Operation R7F3K",
    ]
    assert said(card) == {"Cancel the restart": ("cancel R7F3K", Kind.SAY)}


def test_what_is_planned_for_later_is_no_beginning_yet() -> None:
    begun = told("incident.begun", ABOUT | {"asks": True, "planned": "2026-11-26T22:00:00+00:00", "by": "U0ANN"})

    assert plain(begun).split("\n")[0] == (
        ":hourglass_flowing_sand: *Add 1 vCPU to &lt;!channel&gt; (2 → 3)* is planned for TIME by <@U0ANN> · R7F3K"
    )


def test_administrators_turn_auto_on_with_one_click() -> None:
    assert said(told("remediation.trust", TOLD["trust"][1])) == {
        "Make it automatic": ("remediation mode add-cpu auto", Kind.SAY)
    }


def test_a_comparison_has_a_picture_where_it_has_figures() -> None:
    after = {"reason": "CPU p95 96 % → 61 %: helped", "figures": {"cpu_p95": 61.0}, "points": [[-20, 96], [20, 61]]}

    file = PICTURES["incident.compared"](ABOUT | {"outcome": "helped", "after": after})

    assert file is not None
    assert (file.name, file.title, file.content[:4]) == ("before-and-after.png", "Before and after", b"\x89PNG")
    assert file.alt == "Chart: CPU p95 96 % → 61 %: helped"
    assert PICTURES["incident.compared"](ABOUT | {"outcome": "unknown", "after": {"reason": "gone"}}) is None
