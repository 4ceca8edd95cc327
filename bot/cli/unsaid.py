"""What a verdict of `policy explain` hangs on and nobody has said: half of a channel, a folder, attributes. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from operations.model import Origin
from operations.policy import GateVerdict, RuleVerdict

CHANNEL_ID: Final = re.compile(r"[CGD][A-Z0-9]{2,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """Why nobody can tell, and what to say so that somebody can."""

    reason: str
    way_out: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsaid:
    """What is not known."""

    origin: Origin
    """Where it is typed; one that is no direct message has an id, or a name, or both."""
    folder: bool
    attributes: bool
    """Whether those are not known, the owner's among them."""

    def keeps_shut(self, gate: GateVerdict) -> bool:
        """Whether the gate may open once more is said."""
        if gate.agrees:
            return False
        match gate.gate:
            case "place":
                return self._may_be_meant(gate.wants)
            case "folder":
                return self.folder
            case "attributes" | "owner":
                return self.attributes
            case _:
                return False

    def doubt(self, rules: Sequence[RuleVerdict]) -> Doubt | None:
        """What the first rule is in doubt about that nothing else keeps shut; None where a no is a no."""
        for rule in rules:
            shut = [gate for gate in rule.gates if not gate.agrees]
            if shut and all(map(self.keeps_shut, shut)):
                return self._told(rule.rule.name, shut[0])
        return None

    def _may_be_meant(self, wants: str) -> bool:
        if self.origin.is_direct:
            return False
        by_id = [bool(CHANNEL_ID.fullmatch(one)) for one in wants.split(", ") if one != "direct"]
        return any(not (self.origin.channel if one else self.origin.channel_name) for one in by_id)

    def _told(self, rule: str, gate: GateVerdict) -> Doubt:
        match gate.gate:
            case "place":
                return self._channel(rule, gate.wants)
            case "folder":
                return Doubt(
                    reason=f"The rule {rule} is for {gate.wants}, and no folder was said.", way_out="Say --folder."
                )
            case _:
                reason = f"The rule {rule} asks for {gate.gate}: {gate.wants}, and no attributes were said."
                return Doubt(reason=reason, way_out="Say --attribute, such as --attribute iaas.owner=U012AB3CD.")

    def _channel(self, rule: str, wants: str) -> Doubt:
        """Slack tells an app the name of a channel only with a right that the bot does not ask for."""
        said, name = self.origin.channel, self.origin.channel_name
        known, other, pair = (said, "name", f"{said}=#NAME") if said else (f"#{name}", "id", f"ID=#{name}")
        return Doubt(
            reason=f"The rule {rule} is for {wants}, and Slack does not tell the bot the {other} of {known}.",
            way_out=f'Say both the id and the name: --channel "{pair}".',
        )
