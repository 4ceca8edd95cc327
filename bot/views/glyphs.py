"""One glyph for a state or a tone, everywhere the same."""

from typing import Final, assert_never

from bot.answers import Tone
from operations.model import State

WAITING: Final = ":hourglass_flowing_sand:"
RUNNING: Final = ":gear:"
DONE: Final = ":white_check_mark:"
REFUSED: Final = ":no_entry:"
FAILED: Final = ":x:"
LOCKED: Final = ":lock:"
CANCELLED: Final = ":heavy_multiplication_x:"
UNKNOWN: Final = ":grey_question:"
QUESTION: Final = ":question:"
IDEA: Final = ":bulb:"
STORM: Final = ":rotating_light:"
CHART: Final = ":bar_chart:"
WARNING: Final = ":warning:"

_STATES: Final = {
    State.PROPOSED: WAITING,
    State.QUEUED: WAITING,
    State.AWAITING_APPROVAL: LOCKED,
    State.RUNNING: RUNNING,
    State.SUCCEEDED: DONE,
    State.REFUSED: REFUSED,
    State.FAILED: FAILED,
    State.CANCELLED: CANCELLED,
    State.EXPIRED: CANCELLED,
    State.UNKNOWN: UNKNOWN,
}


def of_state(state: State) -> str:
    """The glyph at the head of a card."""
    return _STATES[state]


def of_tone(tone: Tone) -> str:
    """The glyph at the head of an answer; none for plain information."""
    match tone:
        case Tone.INFO:
            return ""
        case Tone.DONE:
            return DONE
        case Tone.REFUSED:
            return REFUSED
        case Tone.FAILED:
            return FAILED
        case Tone.QUESTION:
            return QUESTION
    assert_never(tone)
