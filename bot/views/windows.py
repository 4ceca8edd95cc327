"""What is said of a restart that somebody may choose, and of one that somebody has planned. No clock, no I/O."""

from datetime import datetime
from typing import Final

from bot.answers import Button
from bot.blocks.text import escape, when
from bot.grammar import command_line, join
from bot.telling import Story
from bot.views import words
from operations.model import Effect, Operation
from operations.terms import Window
from operations.windows import opens_at

_ADMINISTRATOR: Final = "an administrator"


def window_buttons(command: str, incident: str, tonight: Window, now: datetime) -> tuple[Button, Button]:
    """When to do what takes a restart because of an incident: as commands that ask once more before anything happens.

    A click asks that only as long as the incident wants it: a client may show what is no longer so.
    """
    at = words.clock(opens_at(tonight, now), tonight)
    return (
        Button(
            label=f"Tonight at {at}", command=f"{command} at=tonight", style="primary", asks=True, incident=incident
        ),
        Button(label="Now, with a restart", command=command, style="danger", asks=True, incident=incident),
    )


def who_is_asked(story: Story) -> str:
    """Who may say when it restarts: its owner, or where nobody can ask them, those who decide about remedies."""
    last = "Nothing restarts before somebody says when."
    if story.owner:
        return f"{words.person_of(story.owner)}, who owns it, has been asked. {last}"
    named = [words.person_of(one) if one[:1] in "UW" else f"*{escape(one)}*" for one in story.deciders]
    deciders = join([*named, _ADMINISTRATOR], "or")
    why = "Nobody is known to own it"
    if story.out_of_reach:
        why = f"Its owner {words.person_of(story.out_of_reach)} can't be asked in Slack"
    return f"{why}, so {deciders} is asked: please choose when. {last}"


def planned_what(operation: Operation) -> str:
    """`restart`, or what it is where it takes none."""
    return "restart" if operation.plan is not None and operation.plan.effect is Effect.RESTART else "change"


def planned_line(operation: Operation) -> str:
    """That something is still going to happen because of an alarm that is over."""
    at = when(operation.not_before) if operation.not_before else "later"
    what = planned_what(operation)
    return (
        f"A {what} is still planned for {at} because of it, by {words.person(operation.actor)}; "
        f"cancel it if nobody needs it any more."
    )


def cancel_button(operation: Operation) -> Button:
    """Takes back what is planned."""
    label = f"Cancel the {planned_what(operation)}"
    return Button(label=label, command=command_line("cancel", operation.id), style="danger")
