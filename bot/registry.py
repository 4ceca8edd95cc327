"""All verbs by name and alias, in the order of help. The list is explicit: nothing is found by magic."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from bot.command import Command
from bot.commands import (
    approve,
    cancel,
    clone,
    clonetemplate,
    deny,
    echo,
    help,  # noqa: A004  the verb is called so
    history,
    invoke,
    lease,
    list,  # noqa: A004  the verb is called so
    move,
    nuke,
    pending,
    poweroff,
    poweron,
    reboot,
    remediation,
    reset,
    restore,
    show,
    snapshot,
    spawn,
    status,
    transform,
    undo,
    whoami,
    why,
)

COMMANDS: Final[tuple[Command, ...]] = (
    spawn.COMMAND,
    clone.COMMAND,
    clonetemplate.COMMAND,
    poweron.COMMAND,
    poweroff.COMMAND,
    reboot.COMMAND,
    reset.COMMAND,
    transform.COMMAND,
    snapshot.COMMAND,
    move.COMMAND,
    nuke.COMMAND,
    restore.COMMAND,
    lease.COMMAND,
    list.COMMAND,
    show.COMMAND,
    invoke.COMMAND,
    status.COMMAND,
    cancel.COMMAND,
    undo.COMMAND,
    pending.COMMAND,
    approve.COMMAND,
    deny.COMMAND,
    history.COMMAND,
    why.COMMAND,
    remediation.COMMAND,
    whoami.COMMAND,
    help.COMMAND,
    echo.COMMAND,
)

BY_NAME: Final[Mapping[str, Command]] = MappingProxyType({command.name: command for command in COMMANDS})
"""Verbs under their own names, without aliases."""

_BY_WORD: Final = {word: command for command in COMMANDS for word in (command.name, *command.aliases)}
_NEAR_ENOUGH = 60
_SLIPS = 2


def find(word: str) -> Command | None:
    """The verb of this name or alias, matched whole and in any case; None where there is none."""
    return _BY_WORD.get(word.casefold())


def nearest(word: str, limit: int = 2) -> tuple[str, ...]:
    """The names of the verbs most like the word, best first; empty where none is near."""
    typed = word.casefold()
    near = process.extract(typed, [*_BY_WORD], scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH, limit=None)
    # A slip or two of the finger counts more than the share of common letters.
    ranked = sorted(near, key=lambda found: (DamerauLevenshtein.distance(typed, found[0]) > _SLIPS, -found[1]))
    names = dict.fromkeys(_BY_WORD[found].name for found, _, _ in ranked)
    return tuple(names)[:limit]
