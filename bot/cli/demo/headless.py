"""Types command lines as a person of the sandbox and waits for what comes of them: one JSON object a line."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.slack import NeverAppearedError, Person, SeenMessage, SeenView

CHANNEL = "#vm-requests"
EVENT_TYPE = "iaas_operation"
"""The metadata that the bot's cards carry for programs: `{"id", "state", "version"}`."""
_ANSWER_TIMEOUT_S = 30.0
_OPERATION_TIMEOUT_S = 300.0
_FINAL = frozenset({"succeeded", "failed", "cancelled", "refused", "expired", "unknown"})
_REFUSED_GLYPH = ":no_entry:"
_BAD_GLYPHS = (":x:", ":question:")
_OPERATION = re.compile(r"^Operation (\S+)$", re.MULTILINE)
"""The last line of what a card or a refusal says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one command line; the fields are the keys of its JSON object."""

    command: str
    card: str | None
    """The operation's id, also of one that was refused; None where the command starts none."""
    state: str
    """The operation's final state; `answered`, `refused` or `failed` where the command starts none."""
    text: str
    took_s: float

    @property
    def ok(self) -> bool:
        """Whether the command did what it says."""
        return self.state in {"succeeded", "answered"}


def run_lines(person: Person, name: str, lines: Sequence[str]) -> bool:
    """Run every line in turn, print its outcome, and return whether all succeeded."""
    all_ok = True
    for line in lines:
        outcome = run_line(person, line)
        print(json.dumps({"as": name} | asdict(outcome), ensure_ascii=False), flush=True)  # noqa: T201  this is the output
        all_ok = all_ok and outcome.ok
    return all_ok


def run_line(person: Person, line: str) -> Outcome:
    """Type `/iaas LINE`, say yes to a modal if one asks, and wait for the operation or the answer."""
    started = time.perf_counter()
    card, state, text = _Typist(person).run(line)
    return Outcome(command=line, card=card, state=state, text=text, took_s=round(time.perf_counter() - started, 2))


def agreement(modal: SeenView) -> dict[str, Any]:
    """The values that say yes to a confirmation: the name typed where it wants one."""
    return {
        block["block_id"]: {block["element"]["action_id"]: _wanted_name(block)}
        for block in modal.blocks
        if block["type"] == "input"
    }


class _Typist:
    """One line's way: what was there before it, and what is news."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._before = {(message.channel, message.ts) for message in person.messages()}
        self._ack = ""

    def run(self, line: str) -> tuple[str | None, str, str]:
        """Return the card's id, the final state and the text."""
        result = self._person.command(f"/iaas {line}", CHANNEL)
        if not result.ok:
            return None, "failed", f"Slack shows: {result.error}"
        self._ack = str((result.response or {}).get("text", ""))
        try:
            return self._outcome()
        except NeverAppearedError as error:
            return None, "failed", str(error)

    def _outcome(self) -> tuple[str | None, str, str]:
        modal_or_message = self._person.wait_for(lambda _: self._news(), "an answer or a question", _ANSWER_TIMEOUT_S)
        if isinstance(modal_or_message, SeenView):
            self._person.submit(modal_or_message, agreement(modal_or_message))
        news = self._person.wait_for(lambda _: self._message(), "an answer or a card", _ANSWER_TIMEOUT_S)
        card = _card(news)
        if card is None:
            return _operation_id(news), _state_of_answer(news), news.text
        card_id = str(card["id"])
        final = self._person.wait_for_message(
            lambda message: _state(message, card_id) in _FINAL, timeout_s=_OPERATION_TIMEOUT_S
        )
        return card_id, str(_state(final, card_id)), final.text

    def _news(self) -> SeenView | SeenMessage | None:
        modal = self._person.modal()
        return modal if modal is not None and modal.raw.get("submit") else self._message()

    def _message(self) -> SeenMessage | None:
        """The first message that was not there before, from the bot, and more than the acknowledgement or a file."""
        news = [
            message
            for message in self._person.messages()
            if message.from_bot
            and (message.channel, message.ts) not in self._before
            and message.text not in {"", self._ack}
        ]
        return next((message for message in news if _card(message)), next(iter(news), None))


def _operation_id(message: SeenMessage) -> str | None:
    """The operation that an answer without a live card names: a refusal is on record too."""
    match = _OPERATION.search(message.text)
    return match.group(1) if match else None


def _state_of_answer(message: SeenMessage) -> str:
    if message.text.startswith(_REFUSED_GLYPH):
        return "refused"
    return "failed" if message.text.startswith(_BAD_GLYPHS) else "answered"


def _wanted_name(block: dict[str, Any]) -> str:
    match = re.fullmatch(r"Type (.+) to confirm", block["label"]["text"])
    return match.group(1) if match else ""


def _card(message: SeenMessage) -> dict[str, Any] | None:
    metadata = message.raw.get("metadata") or {}
    return metadata.get("event_payload") if metadata.get("event_type") == EVENT_TYPE else None


def _state(message: SeenMessage, operation_id: str) -> str | None:
    card = _card(message)
    return str(card["state"]) if card is not None and card["id"] == operation_id else None
