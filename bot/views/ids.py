"""What buttons, menus and forms carry: small versioned JSON. What an older or foreign message carries reads as None."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final

from bot.blocks import limits
from bot.blocks.text import clip
from operations.model import Actor, Origin, Plan, Request, Scalar
from operations.seen import seen_of
from vsphere.model import Ref

VERSION: Final = 1
CONFIRM: Final = "iaas.confirm"
"""callback_id of the confirmation."""
LOADING: Final = "iaas.loading"
"""callback_id of a modal without a form."""
NAME_BLOCK: Final = "iaas.name"
NAME_ACTION: Final = "iaas.name.typed"
CHANGE_FORM: Final = "iaas.change"
"""callback_id of the form for other figures, and the begin of its block ids."""
DECISION_FORM: Final = "iaas.decision"
"""callback_id of an approver's form, and the begin of its block ids."""
TONIGHT: Final = "iaas.pre.tonight"
"""action_id of the button that says yes for tonight."""
CHANGE: Final = "iaas.pre.change"
"""action_id of the button that opens the form."""


_MOST_TITLE: Final = 200


class Kind(Enum):
    """What a click does."""

    SAY = "say"
    """Says the command for the person."""
    PLAN = "plan"
    """The same where a question will follow: a loading modal opens first, because the plan may take its time."""
    FORM = "form"
    """Opens a form that asks for what the command still lacks; submitting it says the command."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Click:
    """The value of a button or a menu's option."""

    line: str
    """The command line without `/iaas`."""
    kind: Kind = Kind.SAY
    incident: str = ""
    """The incident because of which it was offered; empty where there is none."""

    def dump(self) -> str:
        """As JSON; short, because an option's value has at most 150 characters."""
        about = {"i": self.incident} if self.incident else {}
        return _json({"v": VERSION, "k": self.kind.value, "c": self.line} | about)

    @classmethod
    def load(cls, value: object) -> "Click | None":
        """Read what `dump` wrote; None for anything else."""
        data = _versioned(value)
        line, kind, incident = data.get("c"), data.get("k"), data.get("i", "")
        if not isinstance(line, str) or not isinstance(incident, str) or kind not in {one.value for one in Kind}:
            return None
        return cls(line=line, kind=Kind(kind), incident=incident)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """A request that waits for a yes, as the confirmation carries it. The person is not in it: who submits, asks."""

    verb: str
    key: str
    vm: str | None
    name: str | None
    vcenter: str | None
    arguments: Mapping[str, Scalar]
    reason: str | None
    not_before: str | None
    """ISO 8601; None for at once."""
    undoes: str | None
    """The operation that it takes back."""
    title: str
    """What would be done, in a few words."""
    sizes: Mapping[str, int] | None
    """The figures that may be changed, as the plan has them; None where there are none."""
    channel: str
    channel_name: str
    is_direct: bool
    plan_hash: str
    type_name: str | None
    """The name to be typed; None where a click is enough."""
    response_url: str | None
    seen: Mapping[str, object]
    """What the card shows, to tell what has changed since; empty where a form has no room for it."""
    line: str | None
    """The command line that it came from; None where there is none, or a form has no room for it."""

    @classmethod
    def of(
        cls,
        request: Request,
        plan: Plan,
        *,
        sizes: Mapping[str, int] | None = None,
        response_url: str | None = None,
        line: str | None = None,
    ) -> "Pending":
        """What has to be kept of a request that is asked about."""
        return cls(
            verb=request.verb,
            key=request.key,
            vm=str(request.vm) if request.vm else None,
            name=request.name,
            vcenter=request.vcenter,
            arguments=dict(request.arguments),
            reason=request.reason,
            not_before=request.not_before.isoformat() if request.not_before else None,
            undoes=request.undoes,
            title=clip(plan.summary, _MOST_TITLE),
            sizes=sizes,
            channel=request.origin.channel,
            channel_name=request.origin.channel_name,
            is_direct=request.origin.is_direct,
            plan_hash=plan.hash,
            type_name=plan.vm_name if plan.type_name_to_confirm else None,
            response_url=response_url,
            seen=seen_of(plan),
            line=line,
        )

    def request(self, actor: Actor, *, asked_at: datetime) -> Request:
        """The request again, not confirmed, by the person who clicked."""
        return Request(
            verb=self.verb,
            actor=actor,
            origin=Origin(channel=self.channel, channel_name=self.channel_name, is_direct=self.is_direct),
            key=self.key,
            vm=Ref.parse(self.vm) if self.vm else None,
            name=self.name,
            vcenter=self.vcenter,
            arguments=self.arguments,
            reason=self.reason,
            not_before=datetime.fromisoformat(self.not_before) if self.not_before else None,
            undoes=self.undoes,
            asked_at=asked_at,
        )

    def dump(self) -> str:
        """As JSON for private_metadata; what only helps to tell is left out where there is no room for it.

        Raises:
            ValueError: it is longer than Slack keeps.
        """
        forms = (self, replace(self, line=None), replace(self, seen={}, line=None))
        texts = (_text(one, _PENDING) for one in forms)
        return next((one for one in texts if len(one) <= limits.METADATA), None) or _metadata(
            forms[-1], _PENDING, what="request"
        )

    @classmethod
    def load(cls, value: object) -> "Pending | None":
        """Read what `dump` wrote; None for anything else."""
        fields = _fields(value, _PENDING)
        return None if fields is None else cls(**fields)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """A command that lacks what its form asks for, and where its button was pressed."""

    line: str
    channel: str
    channel_name: str
    is_direct: bool
    response_url: str | None

    def dump(self) -> str:
        """As JSON for private_metadata.

        Raises:
            ValueError: it is longer than Slack keeps.
        """
        return _metadata(self, _DECISION, what="command")

    @classmethod
    def load(cls, value: object) -> "Decision | None":
        """Read what `dump` wrote; None for anything else."""
        fields = _fields(value, _DECISION)
        return None if fields is None else cls(**fields)


_Kinds = Mapping[str, tuple[type, ...]]
_OPTIONAL = (str, type(None))
_DECISION: Final[_Kinds] = {
    "line": (str,),
    "channel": (str,),
    "channel_name": (str,),
    "is_direct": (bool,),
    "response_url": _OPTIONAL,
}
_PENDING: Final[_Kinds] = {
    "verb": (str,),
    "key": (str,),
    "vm": _OPTIONAL,
    "name": _OPTIONAL,
    "vcenter": _OPTIONAL,
    "arguments": (dict,),
    "reason": _OPTIONAL,
    "not_before": _OPTIONAL,
    "undoes": _OPTIONAL,
    "title": (str,),
    "sizes": (dict, type(None)),
    "channel": (str,),
    "channel_name": (str,),
    "is_direct": (bool,),
    "plan_hash": (str,),
    "type_name": _OPTIONAL,
    "response_url": _OPTIONAL,
    "seen": (dict,),
    "line": _OPTIONAL,
}


def _text(value: object, kinds: _Kinds) -> str:
    return _json({"v": VERSION, **{name: getattr(value, name) for name in kinds}})


def _metadata(value: object, kinds: _Kinds, *, what: str) -> str:
    text = _text(value, kinds)
    if len(text) > limits.METADATA:
        raise ValueError(f"the {what} has {len(text)} characters, a form keeps {limits.METADATA}")
    return text


def _fields(value: object, kinds: _Kinds) -> dict[str, Any] | None:
    """What `_metadata` wrote; None where a field is missing or of another kind."""
    data = _versioned(value)
    if not all(name in data and isinstance(data[name], kind) for name, kind in kinds.items()):
        return None
    return {name: data[name] for name in kinds}


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def _versioned(value: object) -> dict[str, Any]:
    """The object in the JSON, or an empty one where it is not of this version."""
    try:
        data = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return {}
    return data if isinstance(data, dict) and data.get("v") == VERSION else {}
