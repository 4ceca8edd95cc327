"""The chain of events: any edit, removal or change of order is found."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from operations.model import Event
from operations.record.chain import FIRST_HASH, breaks, hash_of
from tests.unit.operations.samples import NOW

DATA: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=8), max_size=3
)
CONTENT = st.tuples(st.sampled_from(["a", "b"]), st.text(max_size=6), DATA)


def chain_of(contents: list[tuple[str, str, dict[str, object]]]) -> list[Event]:
    """Events as the journal would have written them."""
    events: list[Event] = []
    previous = FIRST_HASH
    for number, (kind, actor, data) in enumerate(contents, start=1):
        event = Event(
            seq=number,
            at=NOW + timedelta(seconds=number),
            operation_id="R7F3K",
            kind=kind,
            actor=actor,
            data=data,
            previous_hash=previous,
            hash="",
        )
        previous = hash_of(event)
        events.append(replace(event, hash=previous))
    return events


def check(events: list[Event], original: list[Event]) -> list[str]:
    last = original[-1]
    return breaks(events, last_seq=last.seq, last_hash=last.hash)


CHAINS = st.lists(CONTENT, min_size=2, max_size=8).map(chain_of)


@given(CHAINS)
def test_what_nobody_touched_holds(events: list[Event]) -> None:
    assert check(events, events) == []


@given(CHAINS, st.data())
def test_an_edited_event_is_found(events: list[Event], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(events) - 1))
    edited = [*events]
    edited[at] = replace(events[at], actor=f"{events[at].actor}!")

    assert check(edited, events)


@given(CHAINS, st.data())
def test_an_edited_event_with_a_new_hash_is_found_by_the_next_one(events: list[Event], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(events) - 1))
    forged = replace(events[at], actor=f"{events[at].actor}!")
    edited = [*events]
    edited[at] = replace(forged, hash=hash_of(forged))

    assert check(edited, events)


@given(CHAINS, st.data())
def test_a_removed_event_is_found_even_the_last(events: list[Event], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(events) - 1))

    assert check(events[:at] + events[at + 1 :], events)


@given(CHAINS, st.data())
def test_two_events_that_changed_places_are_found(events: list[Event], data: st.DataObject) -> None:
    first, second = sorted(data.draw(st.permutations(range(len(events))))[:2])
    swapped = [*events]
    swapped[first] = replace(events[second], seq=events[first].seq)
    swapped[second] = replace(events[first], seq=events[second].seq)

    assert check(swapped, events)
