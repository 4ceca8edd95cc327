"""What comes back from Slack with a click or a form; what is old or foreign reads as None."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.ids import Click, Kind, Pending
from tests.unit.views.samples import DANA, HASH, NOW, PLAN, REQUEST


@given(st.text(), st.sampled_from(Kind))
def test_a_click_reads_back_as_it_was_written(line: str, kind: Kind) -> None:
    assert Click.load(Click(line=line, kind=kind).dump()) == Click(line=line, kind=kind)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "approve",
        "{",
        "[]",
        "{}",
        '{"v":0,"c":"x","k":"say"}',
        '{"v":1,"k":"say"}',
        '{"v":1,"c":"x","k":"?"}',
        7,
    ],
)
def test_an_old_or_foreign_value_reads_as_none(value: object) -> None:
    assert Click.load(value) is None
    assert Pending.load(value) is None


def test_a_pending_request_comes_back_as_it_was_asked_and_by_who_clicks() -> None:
    later = replace(REQUEST, not_before=NOW, reason="month-end")
    plan = replace(PLAN, type_name_to_confirm=True)
    pending = Pending.of(later, plan, sizes={"cpu_count": 4}, response_url="https://example.test/x")

    read = Pending.load(pending.dump())

    assert read == pending
    assert read is not None
    assert (read.plan_hash, read.type_name, read.title) == (HASH, "web-01", "Resize web-01")
    assert read.request(DANA, asked_at=NOW) == later


@pytest.mark.parametrize(
    ("line", "lines", "kept"),
    [
        ("nuke web-01", 1, (True, True)),
        ("nuke web-01 " + "x" * 2500, 1, (True, False)),
        ("nuke web-01", 40, (False, False)),
    ],
    ids=["both", "what was seen", "neither"],
)
def test_what_only_helps_to_tell_is_left_out_where_a_form_has_no_room_for_it(
    line: str, lines: int, kept: tuple[bool, bool]
) -> None:
    plan = replace(PLAN, details={"expects": {"cpu_count": 2}, "lines": {f"{at}": "x" * 80 for at in range(lines)}})

    read = Pending.load(Pending.of(REQUEST, plan, line=line).dump())

    assert read is not None
    assert (bool(read.seen), read.line == line) == kept
    assert read.request(DANA, asked_at=NOW) == REQUEST


def test_a_request_longer_than_a_form_keeps_is_refused() -> None:
    with pytest.raises(ValueError, match="a form keeps 3000"):
        Pending.of(replace(REQUEST, reason="x" * 3000), PLAN).dump()
