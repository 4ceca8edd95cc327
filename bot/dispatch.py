"""From a typed line to a reply: repair, parse, judge, run, and say every known error in words.

Exceptions that nobody foresaw pass through: whoever called answers them with an id and logs them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot import registry
from bot.answers import Answer, Ask, Button, Reply, Tone, from_error
from bot.changes import submit
from bot.command import AnsweredError, Call, Command, Context, UsageError, Words
from bot.extras import read_extras, usage_with_time
from bot.grammar import first_word, join, parse, split_verb
from bot.permission import outsider_refusal, refusal
from bot.text import repair, repair_literal
from operations.errors import OperationsError
from operations.model import Actor, Origin, Request
from operations.policy import Decision
from operations.verbnames import ABOUT_OPERATIONS, DECIDING
from operations.windows import tonight as begins_tonight
from vsphere.errors import VsphereError

_OF_OPERATIONS = ABOUT_OPERATIONS | DECIDING | {"status"}
"""Verbs that name an operation, whose id may be typed in any case."""
_MOST_SHOWN = 60
_MOST_IN_BUTTON = 1500
"""Slack's button values end at 2,000 characters."""


class UnknownVerbError(UsageError):
    """No verb is called that."""

    def __init__(self, verb: str, rest: str) -> None:
        super().__init__(f"there is no verb {verb[:_MOST_SHOWN]!r}", usage="help")
        self.near = registry.nearest(verb)
        self.rest = rest


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """A line as a command with its words and arguments."""

    command: Command
    words: Words
    arguments: Any


class Dispatcher:
    """The verbs as one function of a line. Holds no state, so any thread may use it."""

    def __init__(self, *, context: Context) -> None:
        self._context = context

    def understand(self, text: str) -> tuple[Command, Any]:
        """The verb and its arguments, from a line as Slack delivered it. No I/O.

        Raises:
            UsageError: it is no command.
        """
        understood = understand(text)
        return understood.command, understood.arguments

    def acknowledge(self, text: str) -> str:
        """The sentence that says at once what is being done; never raises, no I/O."""
        try:
            understood = understand(text)
        except UnknownVerbError:
            return "That is no command I know; looking for what it could mean…"
        except UsageError:
            return "Something in that is not right; looking at what…"
        return understood.command.acknowledge(understood.arguments)

    def run(self, line: str, *, actor: Actor, origin: Origin, key: str, asked_at: datetime) -> Reply:
        """Do what a line says, as this person in this place.

        Args:
            line: as Slack delivered it, or as a button says it; without the slash command.
            actor: who asks.
            origin: where.
            key: the idempotency key of this delivery.
            asked_at: when it was asked (UTC).
        """
        try:
            understood = understand(line)
        except UsageError as error:
            verb = split_verb(repair(line))[0]
            subject = subject_of(line)
            return outsider_refusal(verb, actor, origin, self._context, subject=subject) or _usage_answer(error)
        # A change is judged where it is submitted, so that its refusal is on record; outsiders don't get that far.
        judge = outsider_refusal if understood.command.changes else refusal
        refused = judge(understood.command.name, actor, origin, self._context, subject=subject_of(line))
        if refused is not None:
            return refused
        call = Call(words=understood.words, actor=actor, origin=origin, key=key, asked_at=asked_at)
        return _answered(lambda: understood.command.run(understood.arguments, call, self._context))

    def note_unknown(self, user: str, origin: Origin) -> None:
        """Put on record that somebody was refused of whom Slack does not say who they are."""
        reason = "Slack does not say who that is, so the answer is no."
        self._context.operations.refusals.note(
            actor=Actor(id=user, name=user),
            origin=origin,
            verb="?",
            decision=Decision(allowed=False, rule=None, reason=reason, way_out="Try again in a minute."),
        )

    def confirm(self, request: Request, plan_hash: str, *, tonight: bool = False) -> Reply:
        """Ask again for what an `Ask` was about, now that the person said yes to the plan of this hash.

        Args:
            request: as it was asked about.
            plan_hash: what the person has seen.
            tonight: whether it shall wait until tonight's window opens.

        Returns:
            What came of it; an `Ask` where the plan is another by now, so that nothing was done.
        """
        agreed = replace(request, confirmed=plan_hash)
        if tonight:
            opens = begins_tonight(self._context.operations.tonight, request.asked_at)
            agreed = replace(agreed, not_before=opens)
        reply = _answered(lambda: submit(agreed, self._context))
        # When it is to begin is asked anew too.
        return replace(reply, request=request) if isinstance(reply, Ask) else reply

    def look(self, request: Request) -> Reply:
        """Plan a request anew, and ask about the plan whether it hurts or not."""
        return _answered(lambda: submit(request, self._context, ask=True))


def understand(text: str) -> Understood:
    """Read a line as Slack delivered it. No I/O.

    Raises:
        UsageError: it is no command.
    """
    verb, rest = split_verb(repair(text))
    if not verb:
        verb = "help"
    command = registry.find(verb)
    if command is None:
        raise UnknownVerbError(verb, rest)
    line = f"{command.name} {split_verb(repair_literal(text))[1] if command.raw else rest}"
    try:
        words = parse(line, command.shape)
        read_extras(words, command.usage)
        return Understood(command=command, words=words, arguments=command.parse(words))
    except UsageError as error:
        raise UsageError(str(error), usage=usage_with_time(error.usage, command.verbs, rest)) from error


def subject_of(line: str) -> str | None:
    """What a line is about, for the record of a refusal: the VM or operation that it names first. No I/O."""
    verb, rest = split_verb(repair(line))
    command, first = registry.find(verb), first_word(rest)
    if command is None or not first or (command.raw and not command.changes):
        return None
    is_operation = not _OF_OPERATIONS.isdisjoint(command.verbs)
    return first.strip("`").upper() if is_operation else first


def _answered(run: Callable[[], Reply]) -> Reply:
    try:
        return run()
    except UsageError as error:
        return _usage_answer(error)
    except AnsweredError as end:
        return end.answer
    except (OperationsError, VsphereError) as error:
        return from_error(error)


def _usage_answer(error: UsageError) -> Answer:
    fact = str(error)
    title = f"{fact[0].upper()}{fact[1:]}."
    if not isinstance(error, UnknownVerbError):
        return Answer(title=title, lines=(f"Write: `{error.usage}`",), tone=Tone.FAILED)
    near = error.near if len(error.rest) <= _MOST_IN_BUTTON else ()
    buttons = tuple(Button(label=name, command=f"{name} {error.rest}".strip()) for name in near)
    help_button = Button(label="Help", command="help")
    way_out = f"Did you mean {join(near)}? Nothing has been done." if buttons else UsageError.hint
    return Answer(title=title, lines=(way_out,), buttons=(*buttons, help_button), tone=Tone.FAILED)
