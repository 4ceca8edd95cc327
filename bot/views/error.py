"""What a person is told when something went wrong on our side, or too late, or with an old message."""

from bot.answers import Answer, Button, Tone
from bot.grammar import split_verb
from bot.views.answer import answer
from bot.views.message import Message


def unexpected(token: str) -> Message:
    """The bot itself failed.

    Args:
        token: The short id under which the log has the details.
    """
    text = f"Tell an administrator this id: {token}. See `/iaas history` for whether something was started."
    return answer(Answer(title="Something went wrong in the bot", lines=(text,), tone=Tone.FAILED))


def stranger() -> Message:
    """Slack could not be asked who the person is, so the answer is no."""
    text = "Nothing was done. Try again in a minute; if it stays like this, tell an administrator."
    return answer(Answer(title="I can't find out in Slack who you are", lines=(text,), tone=Tone.REFUSED))


def outdated() -> Message:
    """A click on what an older version, or another app, made."""
    text = "Nothing was done. Type the command instead; `/iaas help` lists them."
    return answer(Answer(title="This button is too old", lines=(text,), tone=Tone.REFUSED))


def late(line: str) -> Message:
    """The command was taken up so late that the person has seen an error; it runs only on a second yes."""
    return answer(
        Answer(
            title=f"`/iaas {line}` took too long to reach me; nothing was done yet",
            lines=("Do you still want it? Press the button, or type it again.",),
            buttons=(Button(label=f"Yes, {split_verb(line)[0]}", command=line, style="primary"),),
            tone=Tone.QUESTION,
        )
    )


def late_confirmation() -> Message:
    """A confirmation was taken up so late that the person has seen an error."""
    text = "Nothing was done. Type the command again."
    return answer(Answer(title="Your confirmation reached me too late", lines=(text,), tone=Tone.QUESTION))


def changed_meanwhile(text: str, changed: str, line: str | None) -> Message:
    """A yes was to what is no longer so, and Slack did not open the question anew.

    Args:
        text: that nothing was done.
        changed: what has changed.
        line: the command that shows it as it is now; None where it has to be typed.
    """
    look = Button(label="Look at the plan", command=line, style="primary", asks=True) if line else None
    way_out = "Look at the plan, or type the command again." if look else "Type the command again."
    return answer(
        Answer(
            title=text,
            lines=(f"What has changed: {changed}.", way_out),
            buttons=(look,) if look else (),
            tone=Tone.QUESTION,
        )
    )


def elsewhere(name: str) -> Message:
    """The card could not be posted where the command was typed."""
    text = "I'm not in this channel, so the card is in our direct messages. To have it here: `/invite` me."
    return answer(Answer(title=name, lines=(text,), tone=Tone.DONE))


def form_lost(line: str) -> Message:
    """Slack did not open the form in time."""
    verb = split_verb(line)[0]
    return answer(
        Answer(
            title="Slack did not open the form in time",
            lines=("Nothing was decided. Press the button once more, or type the command.",),
            buttons=(Button(label=f"{verb.capitalize()}…", command=line, opens_form=True),),
            tone=Tone.QUESTION,
        )
    )


def question_lost(line: str) -> Message:
    """Slack did not open the confirmation in time; a button opens it anew."""
    return answer(
        Answer(
            title=f"`/iaas {line}` needs your confirmation",
            lines=("Nothing was done yet. Look at the plan, or type the command again.",),
            buttons=(Button(label="Look at the plan", command=line, style="primary", asks=True),),
            tone=Tone.QUESTION,
        )
    )
