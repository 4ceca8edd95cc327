"""Automatic changes of one VM or one datastore stopped, and started again: the switch, and the words for it."""

from collections.abc import Iterator

from bot.answers import Answer, Button, Tone
from bot.command import Call, Context
from bot.grammar import command_line
from bot.remediating import if_off
from bot.stoppable import Stoppable, one_stoppable
from remediation.engine import Remediation
from remediation.lookback import has_helped_in_vain, undone_of
from remediation.switches import ON, again_key


def stop(name: str, call: Call, context: Context, remediation: Remediation) -> Answer:
    """Leave a VM or datastore alone.

    Raises:
        AnsweredError: there is none, more than one, or policy says no.
    """
    found = one_stoppable(name, "remediation.stop", call, context)
    again = Button(label="Start again", command=command_line("remediation", "start", found.written))
    switch = remediation.switches().get(found.key)
    if switch is not None:
        title = f"Automatic changes of {found.name} are stopped already: <@{switch.by}> did that."
        return Answer(title=title, buttons=(again,))
    remediation.switch(found.key, ON, by=call.actor.id)
    goes_on = "What has been sent to vCenter goes on to its end."
    what = "" if found.vm else "Nothing is moved off it or onto it by itself. "
    return Answer(
        title=f"{call.actor.name} has stopped automatic changes of {found.name}",
        lines=(
            f"{what}Its alarms still get cards that say what would help. {goes_on}",
            *if_off(remediation),
        ),
        buttons=(again,),
        tone=Tone.DONE,
        private=False,
    )


def start(name: str, call: Call, context: Context, remediation: Remediation) -> Answer:
    """End that, and let the bot try again what did not help a VM.

    Raises:
        AnsweredError: there is none, more than one, or policy says no.
    """
    found = one_stoppable(name, "remediation.start", call, context)
    history = remediation.history()
    # An undo stops a VM before a pass has set the switch for it.
    was_stopped = found.key in history.switches or bool(found.vm and undone_of(history, found.vm.ref))
    vain = found.vm is not None and has_helped_in_vain(history, found.vm.ref)
    if not was_stopped and not vain:
        return Answer(
            title=f"Automatic changes of {found.name} are not stopped; there is nothing to start.",
            lines=tuple(if_off(remediation)),
            buttons=tuple(_why(found)),
        )
    if was_stopped:
        remediation.switch(found.key, None, by=call.actor.id)
    if found.vm is not None:
        # What did not help before is forgiven as well.
        remediation.switch(again_key(found.vm.ref), ON, by=call.actor.id)
    forgiven = "Remedies that did not help count anew from now on. " if vain else ""
    return Answer(
        title=f"{call.actor.name} has started automatic changes of {found.name} again",
        lines=(f"{forgiven}All other guard rails hold as before.", *if_off(remediation)),
        buttons=tuple(_why(found)),
        tone=Tone.DONE,
        private=False,
    )


def _why(found: Stoppable) -> Iterator[Button]:
    if found.vm is not None:
        yield Button(label="Why?", command=command_line("why", found.written))
