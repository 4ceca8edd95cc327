"""The state machine."""

import itertools

from operations.model import State
from operations.states import FOLLOWS, may_follow


def test_nothing_follows_a_final_state() -> None:
    final = [state for state in State if state.is_final]

    assert not any(may_follow(before, after) for before, after in itertools.product(final, State))


def test_every_state_can_be_reached_and_left_unless_it_is_final() -> None:
    reached = {after for after in State if any(may_follow(before, after) for before in State)}

    assert reached == set(State) - {State.PROPOSED}
    assert set(FOLLOWS) == {state for state in State if not state.is_final}


def test_nothing_runs_that_was_not_queued() -> None:
    assert [before for before in State if may_follow(before, State.RUNNING)] == [State.QUEUED]
    assert [before for before in State if may_follow(before, State.SUCCEEDED)] == [State.RUNNING]
