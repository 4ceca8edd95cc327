"""What is answered where a name means no single object: a choice, near names, the recycle bin, a template. Pure."""

from collections.abc import Sequence
from typing import Final

from bot.answers import Answer, Button, Tone
from bot.grammar import Words, command_line, join
from vsphere.errors import AmbiguousNameError, NotFoundError

MOST_CHOICES: Final = 20
"""A picker longer than this helps nobody."""
_MOST_NAMED: Final = 5
_NOTHING_DONE: Final = "Nothing has been done."
_CLONE: Final = "clone"
_MAKE: Final = "clonetemplate"


def picker(text: str, choices: Sequence[Button], *, hidden: int) -> Answer:
    """The choice among those that the person may see: even a single one is not chosen for them.

    Args:
        text: as it was written.
        choices: those that the person may see; only so many are shown as help.
        hidden: how many they may not see.
    """
    if not choices:
        return Answer(
            title=f"{hidden} VMs are called {text}, and you may see none of them here.",
            lines=("Give the inventory path of the one that you mean, or ask its owner or an administrator.",),
            tone=Tone.REFUSED,
        )
    unseen = (f"You may not see {hidden} of them here.",) if hidden else ()
    return Answer(
        title=f"{len(choices) + hidden} VMs are called {text}. Which one?",
        lines=(*unseen, AmbiguousNameError.hint),
        choices=tuple(choices[:MOST_CHOICES]),
        tone=Tone.QUESTION,
    )


def missing(fact: str, near: Sequence[Button], *, hint: str = NotFoundError.hint) -> Answer:
    """Nothing of the name is there; where one may be meant, it is a click away, else the hint says where to look."""
    way_out = f"Did you mean one of these? {_NOTHING_DONE}" if near else hint
    return Answer(title=f"{fact[0].upper()}{fact[1:]}.", lines=(way_out,), buttons=tuple(near), tone=Tone.FAILED)


def these(names: Sequence[str]) -> str:
    """The names that there are, such as `gold-01`, as a hint in a sentence."""
    if not names:
        return "There is none."
    some = list(names[:_MOST_NAMED])
    more = [f"{len(names) - len(some)} more"] if len(names) > len(some) else []
    return f"There {'is' if len(names) == 1 else 'are'} {join([*some, *more], 'and')}."


def in_bin(name: str, references: Sequence[str]) -> Answer:
    """The name is that of before of what lies in the recycle bin, from where it can come back.

    Args:
        name: of before.
        references: how each is written so that no other is meant; at least one.
    """
    ways = [command_line("restore", one) for one in references]
    if len(ways) > 1:
        return Answer(
            title=f"{len(ways)} VMs that were called {name} are in the recycle bin.",
            lines=(f"Choose the one to bring back. {_NOTHING_DONE}",),
            choices=tuple(
                Button(label=f"Restore {one}", command=way) for one, way in zip(references, ways, strict=True)
            ),
            tone=Tone.QUESTION,
        )
    return Answer(
        title=f"{name} is in the recycle bin.",
        lines=(f"`/iaas {command_line('restore', name)}` brings it back. {_NOTHING_DONE}",),
        buttons=(
            Button(label="Restore", command=ways[0], style="primary"),
            Button(label="Show", command=command_line("show", references[0])),
        ),
        tone=Tone.FAILED,
    )


def is_template(name: str, words: Words) -> Answer:
    """The name is that of a template, to which the verb can't be done; a clone of it is a click away."""
    new = words.names[1] if words.verb == _CLONE and len(words.names) > 1 else None
    command = command_line(_MAKE, new, name, options=words.options) if new else ""
    return Answer(
        title=f"{name} is a template, which the bot does not change.",
        lines=(f"`/iaas {_MAKE} NEWNAME {name}` makes a VM from it. {_NOTHING_DONE}",),
        buttons=(Button(label=f"Make {new} from it", command=command),) if new else (),
        tone=Tone.FAILED,
    )


def again(words: Words, old: str, new: str, *, label: str) -> Button:
    """The same command with one name replaced: where it stands first, be it as a word or as an option's value."""
    names, options = [*words.names], dict(words.options)
    if old in names:
        names[names.index(old)] = new
    else:
        options = {key: new if value == old else value for key, value in options.items()}
    return Button(label=label, command=command_line(words.verb, *names, options=options))
