"""`iaas-bot policy explain`: what policy says to a line, rule by rule and gate by gate. Changes nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import typer

from bot import logs
from bot.approvers import needs_yes
from bot.cli.common import settings_or_exit, with_way_out
from bot.cli.rehearsal import Described, describe, rehearse
from bot.cli.unsaid import CHANNEL_ID, Doubt, Unsaid
from bot.command import AnsweredError
from bot.config import Settings
from bot.config.secret import SecretError
from bot.dispatch import Understood, understand
from bot.grammar import UsageError
from bot.slack.app import slack_directory
from bot.wiring import build_approvals, build_gateways, build_policy, build_rehearsal, build_slack_settings
from operations.advice import Foresight
from operations.approvalrules import may_ask
from operations.approvals import who_decides
from operations.errors import OperationsError
from operations.model import Actor, Origin
from operations.policy import RuleVerdict, owner_of
from operations.quota import statement
from vsphere.clock import SystemClock
from vsphere.errors import VsphereError

ALLOWED: Final = 0
REFUSED: Final = 1
CAN_NOT_TELL: Final = 2
_READY_TIMEOUT_S: Final = 30.0
_SAY_BOTH: Final = 'say both, such as --channel "C0123456789=#vm-requests"'
_FINAL: Final = frozenset({"read_only", "protected", "bin", "template"})
"""What refuses whatever the rules say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the options say."""

    person: str
    channel: str
    """An id, `#name`, both as `ID=#name`, or `direct`."""
    line: str
    offline: bool = False
    """Ask neither Slack nor vCenter: only what is said here is known."""
    groups: Sequence[str] = ()
    folder: str | None = None
    attributes: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The answer as it is printed; `allowed` is None where it can't be told."""

    person: str
    groups: tuple[str, ...]
    channel: str
    line: str
    allowed: bool | None
    rule: str | None
    reason: str
    way_out: str
    folder: str | None
    owner: str | None
    rules: tuple[RuleVerdict, ...]
    unsaid: Unsaid
    approvals: tuple[str, ...]
    quota: str | None

    @property
    def exit_code(self) -> int:
        """0 allowed, 1 refused, 2 can't tell."""
        return {True: ALLOWED, False: REFUSED, None: CAN_NOT_TELL}[self.allowed]


class CanNotTellError(Exception):
    """Something that has to be known for an answer is not."""


def explain(config: Path, asked: Asked, *, as_json: bool) -> None:
    """Print the answer and exit: 0 allowed, 1 refused, 2 can't tell."""
    settings = settings_or_exit(config)
    logs.set_up(level="error", form="console")
    try:
        verdict = judged(settings, asked)
    except CanNotTellError as error:
        typer.echo(json.dumps({"allowed": None, "reason": str(error)}) if as_json else f"CAN'T TELL: {error}")
        raise typer.Exit(CAN_NOT_TELL) from None
    typer.echo(json.dumps(_plain(verdict), ensure_ascii=False) if as_json else "\n".join(_lines(verdict)))
    raise typer.Exit(verdict.exit_code)


def judged(settings: Settings, asked: Asked) -> Verdict:
    """What would be answered to a line, and why.

    Raises:
        CanNotTellError: the line makes no sense, or somebody who has to be asked does not answer.
    """
    try:
        return _verdict(settings, asked, understand(asked.line))
    except (UsageError, OperationsError, VsphereError, SecretError) as error:
        raise CanNotTellError(with_way_out(error)) from None
    except AnsweredError as end:
        raise CanNotTellError(" ".join((end.answer.title, *end.answer.lines))) from None


def _verdict(settings: Settings, asked: Asked, line: Understood) -> Verdict:
    origin = _origin(asked.channel)
    if asked.offline:
        actor = Actor(id=asked.person, name=asked.person, groups=frozenset(asked.groups))
        told = Described(folder=asked.folder, attributes=asked.attributes or {})
        seen = describe(line, actor, origin, build_policy(settings), told)
    else:
        actor, seen = _asked_for(settings, asked, origin, line)
    decision, question = seen.explanation.decision, seen.explanation.question
    unsaid = Unsaid(
        origin=origin,
        folder=asked.offline and asked.folder is None,
        attributes=asked.offline and asked.attributes is None,
    )
    doubt = None if decision.allowed or seen.over else _doubt(seen, unsaid)
    no = doubt or seen.over
    vm = question.vm
    return Verdict(
        person=asked.person,
        groups=tuple(sorted(actor.groups)),
        channel=asked.channel,
        line=asked.line,
        allowed=None if doubt else decision.allowed and seen.over is None,
        rule=decision.rule,
        reason=doubt.reason if doubt else str(seen.over) if seen.over else decision.reason,
        way_out=no.way_out if no else decision.way_out,
        folder=question.path,
        owner=question.owner or (owner_of(vm) if vm else None),
        rules=seen.explanation.rules,
        unsaid=unsaid,
        approvals=_approvals(settings, seen),
        quota=statement(seen.balance) if seen.balance else None,
    )


def _asked_for(settings: Settings, asked: Asked, origin: Origin, line: Understood) -> tuple[Actor, Foresight]:
    """Ask Slack who it is and vCenter what is there.

    Raises:
        CanNotTellError: one of them does not answer, or does not know the person.
    """
    clock = SystemClock()
    directory = slack_directory(build_slack_settings(settings), clock)
    actor = directory.look_up(asked.person, fresh=True)
    if actor is None:
        raise CanNotTellError(f"Slack does not say who {asked.person} is; --offline asks nobody")
    with ExitStack() as parts:
        gateways = build_gateways(settings, clock)
        for gateway in gateways:
            parts.callback(gateway.close)
            gateway.start()
        missing = [one for one in gateways if not one.wait_ready(_READY_TIMEOUT_S)]
        if missing:
            raise CanNotTellError(f"{missing[0].name}: {missing[0].health().detail}; --offline asks nobody")
        folder = Path(parts.enter_context(TemporaryDirectory(prefix="iaas-policy-")))
        context = build_rehearsal(settings, gateways, directory, folder=folder)
        return actor, rehearse(line, actor, origin, context)


def _origin(channel: str) -> Origin:
    if channel.casefold() == "direct":
        return Origin(channel="", is_direct=True)
    known, both, name = channel.partition("=")
    if both and not (CHANNEL_ID.fullmatch(known) and name.strip("#")):
        raise CanNotTellError(f"{channel!r} is no channel; {_SAY_BOTH}")
    if both or CHANNEL_ID.fullmatch(known):
        return Origin(channel=known, channel_name=name.lstrip("#"))
    return Origin(channel="", channel_name=channel.lstrip("#"))


def _approvals(settings: Settings, seen: Foresight) -> tuple[str, ...]:
    """Whose yes it needs; where there is no plan to tell by, whose it may need."""
    asked, approval = seen.explanation.question, seen.approval
    if approval is not None:
        count = "a yes" if approval.votes_needed == 1 else f"{approval.votes_needed} yeses"
        return (f"Needs {count} from {who_decides(approval)}: {approval.reason} ({approval.rule}).",)
    if seen.plan is not None or not seen.explanation.decision.allowed:
        return ()
    rules = build_approvals(settings)
    return tuple(needs_yes(one) for one in rules if may_ask(one, asked.verb, asked.path or ""))


def _doubt(seen: Foresight, unsaid: Unsaid) -> Doubt | None:
    """Why a no would be a guess; None where it is none."""
    actor = seen.explanation.question.actor
    if seen.explanation.decision.rule in _FINAL or actor.is_guest or actor.is_stranger:
        return None
    return unsaid.doubt(seen.explanation.rules)


def _lines(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.person} in {verdict.channel}: {verdict.line}"
    yield f"  groups: {', '.join(verdict.groups) or 'none'}"
    if verdict.folder:
        yield f"  folder: {verdict.folder}"
    if verdict.owner:
        yield f"  owner: {verdict.owner}"
    yield ""
    for rule in verdict.rules:
        says = "yes" if rule.allows else "??" if verdict.unsaid.doubt([rule]) else "no"
        yield f"{says:4}rule {rule.rule.name}"
        for gate in rule.gates:
            mark = "ok" if gate.agrees else "??" if verdict.unsaid.keeps_shut(gate) else "NO"
            yield f"      {mark:3} {gate.gate:10} {gate.wants}"
    yield ""
    by = f" by {verdict.rule or 'no rule'}"
    answer = {True: f"ALLOWED{by}", False: f"REFUSED{by}", None: "CAN'T TELL"}[verdict.allowed]
    yield f"{answer}: {verdict.reason}"
    if verdict.way_out and not verdict.allowed:
        yield f"  {verdict.way_out}"
    yield from (f"  {approval}" for approval in verdict.approvals)
    if verdict.quota:
        yield f"  quota: {verdict.quota}"


def _plain(verdict: Verdict) -> dict[str, Any]:
    rules = [
        {"rule": one.rule.name, "allows": one.allows, "gates": [asdict(gate) for gate in one.gates]}
        for one in verdict.rules
    ]
    names = ("person", "groups", "channel", "line", "allowed", "rule", "reason", "way_out", "folder", "owner")
    return {name: getattr(verdict, name) for name in names} | {
        "rules": rules,
        "approvals": verdict.approvals,
        "quota": verdict.quota,
    }
