"""What a VM's owner is asked in private because of an incident: when it may restart. Edited in place, as cards are."""

from datetime import datetime

from bot.answers import Answer, Button, Tone
from bot.blocks.layout import section
from bot.blocks.text import escape
from bot.telling import Story, planned, question, wants_a_window
from bot.views import buttons, glyphs
from bot.views.answer import answer
from bot.views.incident import standing_of
from bot.views.message import Message, message
from bot.views.reasons import said
from bot.views.windows import cancel_button, window_buttons
from operations.model import State
from remediation.model import IncidentState, RemedyState

_SETTLED = "You were asked here when it may restart; nothing is waited for from you now."


def owner_question(story: Story, round_: int, now: datetime) -> Message:
    """The question of one round as of `now` (aware); once it no longer stands, what is so instead, without its buttons.

    Args:
        story: of the incident.
        round_: in which it was asked; what is asked in a later one stands in a message of its own.
        now: for when tonight begins.
    """
    command, decided = question(story), story.incident.decided
    if command is None or decided is None or round_ != story.incident.round:
        return _settled(story)
    vm, alarm = escape(story.incident.entity_name), escape(story.incident.alarm.name)
    lines = [
        f"{glyphs.WAITING} *{vm}*: {alarm} is red, and help needs a restart",
        f"*{escape(decided.summary)}* would help. {said(decided.reason, about=[story.incident.entity_name])}",
        "You own it: choose when. You are asked once more, and nothing restarts before.",
    ]
    offered = window_buttons(command, story.incident.id, story.tonight, now)
    return message(lines, [section("\n".join(lines)), *buttons.row(offered)])


def no_longer_wanted(story: Story, line: str) -> Message | None:
    """What a click on one of its buttons is told once the incident wants it no more; None as long as it does.

    The way to ask for it all the same is there, but where it has been planned already: that can be taken back.

    Args:
        story: of the incident.
        line: the command of the button.
    """
    if wants_a_window(story) is not None:
        return None
    incident, plan = story.incident, planned(story)
    name, alarm = incident.entity_name, incident.alarm.name
    if incident.state is IncidentState.CLOSED:
        title = f"The alarm {alarm} on {name} is over"
    else:
        title = f"{name} is no longer asked to restart because of {alarm}"
    lines = ["Nothing was done."]
    if any(one.state is RemedyState.SUCCEEDED for one in story.remedies):
        lines.append("It has been changed because of that alarm already.")
    if plan is not None:
        lines.append(f"It is planned already, as {plan.id}: to have it at another time, cancel that first.")
        return answer(Answer(title=title, lines=tuple(lines), buttons=(cancel_button(plan),), tone=Tone.QUESTION))
    if any(one.state is State.RUNNING for one in story.operations.values()):
        lines.append("It is being changed at this moment.")
    lines.append(f"If you want it all the same, look at what `/iaas {line}` would do; you are asked before it begins.")
    anyway = Button(label="Resize it anyway…", command=line, asks=True)
    return answer(Answer(title=title, lines=tuple(lines), buttons=(anyway,), tone=Tone.QUESTION))


def _settled(story: Story) -> Message:
    plan = planned(story)
    lines = [*standing_of(story), _SETTLED]
    taken_back = buttons.row([cancel_button(plan)] if plan else [])
    return message(lines, [section("\n".join(lines)), *taken_back])
