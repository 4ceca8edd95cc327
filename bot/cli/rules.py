"""Rules that can never agree, or not as their author meant: told by `iaas-bot check` as warnings. Pure.

What has no possible form, such as a verb that there is not, is refused at load: see `bot.config.kinds`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.config import Settings
from bot.config.permission import ApprovalTable, RuleTable
from operations.gates import EVERYBODY
from operations.verbs import VERBS

_CHANNEL: Final = re.compile(r"#?[^\sA-Z#@,.]{1,80}|[CGD][A-Z0-9]{2,}")
_UNTOLD: Final = frozenset({"privategroup", "directmessage"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What there is. None: it can't be seen, so nothing is said about it."""

    groups: Mapping[str, int] | None = None
    """Members of each Slack user group, by id and by handle in lower case."""
    folders: frozenset[str] | None = None
    """Inventory paths of all vCenters, in lower case."""
    attributes: frozenset[str] | None = None
    """Names of custom attributes in any vCenter."""


def warnings(settings: Settings, known: Known) -> Iterator[str]:
    """What is odd about the rules, one sentence each."""
    if not settings.rule:
        yield "there are none, so everything is refused to everybody"
    for rule in settings.rule:
        for fact in (*_verbs(rule.verbs), *_people(rule, known), *_places(rule), *_targets(rule, known)):
            yield f"rule {rule.name!r}: {fact}"
    for approval in settings.approval:
        for fact in (
            *_verbs(approval.verbs),
            *_people(approval, known),
            *_folders(approval.folders, known),
            *_deciders(approval, known),
        ):
            yield f"approval {approval.name!r}: {fact}"


def _verbs(verbs: tuple[str, ...]) -> Iterator[str]:
    if not verbs:
        yield "it gives no verb"


def _people(table: RuleTable | ApprovalTable, known: Known) -> Iterator[str]:
    for group in table.groups:
        if known.groups is not None and group != EVERYBODY and _plain(group) not in known.groups:
            yield f"Slack has no user group {group!r}"


def _places(rule: RuleTable) -> Iterator[str]:
    for channel in rule.channels:
        if channel.lstrip("#").casefold() in _UNTOLD:
            yield f"{channel!r} is what Slack writes for a name that it does not tell; name the channel by its id"
        elif channel != EVERYBODY and not _CHANNEL.fullmatch(channel):
            yield f"{channel!r} is no channel's name: those are in small letters, without blanks and dots"
    if not rule.channels:
        yield "it holds in no channel"


def _targets(rule: RuleTable, known: Known) -> Iterator[str]:
    yield from _folders(rule.folders, known)
    for name in rule.attributes:
        if known.attributes is not None and name not in known.attributes:
            yield f"no vCenter has a custom attribute {name!r}"
    makers = [verb for verb in rule.verbs if verb in VERBS and VERBS[verb].makes]
    if rule.attributes and makers:
        yield f"it wants attributes, which no new VM has, so it never allows {', '.join(makers)}"


def _folders(folders: tuple[str, ...], known: Known) -> Iterator[str]:
    if not folders:
        yield "it reaches no folder"
    for folder in folders:
        if known.folders is not None and folder != EVERYBODY and folder.strip("/").casefold() not in known.folders:
            yield f"no vCenter has a folder {folder!r}"


def _deciders(approval: ApprovalTable, known: Known) -> Iterator[str]:
    if known.groups is None:
        return
    most = len(approval.users) + sum(known.groups.get(_plain(group), 0) for group in approval.groups)
    if most < approval.votes:
        have = "nobody" if most == 0 else f"{most} at most"
        yield f"it wants {approval.votes} to say yes, and {have} may: what it is asked for will expire"


def _plain(group: str) -> str:
    return group.lstrip("@").casefold()
