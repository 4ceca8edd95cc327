"""Requests that wait for a yes, and their cards, as people of the sandbox Slack meet them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from bot.cli.demo.world import Bot, World
from sandbox.slack import SeenMessage, SeenView
from tests.acceptance.service.desk import Desk, eventually, operation_of, state_of

ROOM = "#vm-approvals"
APPROVE, LOWER, DENY = "iaas.say.approve", "iaas.say.approve.2", "iaas.say.deny"
REASON = "iaas.decision.reason"
CPU, MEMORY = "iaas.decision.cpu", "iaas.decision.memory"
APPROVERS = "S0APP"
CHANNEL = "C0VMAPP"
CRASH = "IAAS_CRASH_AT"
SQLITE = "sqlite:///iaas-bot.db"
_numbers = count(1)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world on either database."""
    url = SQLITE if request.param == "sqlite" else str(request.getfixturevalue("postgres_module_url"))
    environment = {"IAAS_SERVICE__SWEEP_EVERY_S": "0.5"}
    with World.start(live=False, database_url=url, environment=environment) as world:
        yield world


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that waits, by its cards."""

    desk: Desk
    own: SeenMessage
    room: SeenMessage

    @property
    def id(self) -> str:
        """The operation's id."""
        return str(operation_of(self.own))

    def card(self, who: str = "ann", channel: str = ROOM, *, without_buttons: bool = False) -> SeenMessage:
        """The card for approvers in a place, once it is there, or once its buttons are gone."""
        return self.desk.person(who).wait_for_message(
            lambda one: approval_of(one) == self.id and not (without_buttons and APPROVE in one.action_ids()),
            channel=channel,
            timeout_s=60,
        )

    def click(self, action: str = APPROVE, who: str = "ann", **said: Any) -> None:
        """Press a button of the card in the approvers' channel."""
        assert self.desk.person(who).click(self.card(who), action, **said).ok

    def told(self, words: str, who: str = "ann") -> SeenMessage:
        """What somebody is told in private."""
        return self.desk.person(who).wait_for_message(lambda one: one.ephemeral, contains=words, timeout_s=60)

    def ended(self) -> SeenMessage:
        """The asker's card at its end."""
        return self.desk.ended(self.own)

    def state(self) -> str | None:
        """What the asker's card shows now."""
        cards = [one for one in self.desk.person().messages() if operation_of(one) == self.id]
        # A kill between Slack's taking a card and the bot's noting where it is leaves that one behind, and a newer one.
        return state_of(cards[-1])


def asked_by(desk: Desk, own: SeenMessage) -> Asked:
    """The request of a card, once its approvers have been asked."""
    room = desk.person("ann").wait_for_message(
        lambda one: approval_of(one) == operation_of(own), channel=ROOM, timeout_s=60
    )
    return Asked(desk=desk, own=own, room=room)


def hear(desk: Desk, line: str, words: str, who: str = "ann") -> SeenMessage:
    """Type `/iaas LINE` and return the private answer with these words; cards may arrive at the same time."""
    person = desk.person(who)
    before = {(one.channel, one.ts) for one in person.messages()}
    assert person.command(f"/iaas {line}").ok
    return person.wait_for_message(
        # The acknowledgement has no blocks.
        lambda one: one.ephemeral and bool(one.blocks) and (one.channel, one.ts) not in before,
        contains=words,
        timeout_s=60,
    )


def know_groups(desk: Desk) -> None:
    """Have the bot read the user groups anew, which a test before may have changed: by a click that decides nothing."""
    line = f"spawn big-groups-{next(_numbers)} cpu=8"
    asked = asked_by(desk, desk.started(line, state="awaiting_approval"))
    hear(desk, f"approve {asked.id} plan=ffffffffffffffff", "has changed since")
    withdraw(asked)


def withdraw(asked: Asked) -> None:
    """Cancel what waits still."""
    if asked.state() == "awaiting_approval":
        assert asked.desk.person().command(f"/iaas cancel {asked.id}").ok
        assert state_of(asked.ended()) == "cancelled"


def approval_of(card: SeenMessage) -> str | None:
    metadata = card.raw.get("metadata") or {}
    return metadata["event_payload"]["id"] if metadata.get("event_type") == "iaas_approval" else None


@pytest.fixture
def ask(desk: Desk) -> Iterator[Callable[..., Asked]]:
    """Asks for something big; people, groups and rooms are as they were after the test."""
    made: list[Asked] = []

    def big(line: str, who: str = "dana") -> Asked:
        made.append(asked_by(desk, desk.started(line, who, state="awaiting_approval")))
        return made[-1]

    yield big
    for asked in made:
        withdraw(asked)
    for vm in [name for name in desk.estate.vms() if name.rpartition("/")[2].startswith("big-")]:
        desk.estate.delete_vm(vm.rpartition("/")[2])
    desk.workspace.set_group(APPROVERS, ["U0ANN"])
    desk.workspace.set_channel(CHANNEL, add=["U0BOT", "U0ANN", "U0BEN"])


def small(desk: Desk, name: str) -> str:
    """A VM of the web team with two vCPUs that grows while it runs."""
    desk.estate.set_vm(name, power="on", cpus=2, memory_mib=4096, cpu_hot_add=True, memory_hot_add=True)
    return name


def complaint(desk: Desk, block: str) -> str:
    def find(_state: object) -> str | None:
        view: SeenView | None = desk.person("ann").modal()
        return view.errors.get(block) if view else None

    return desk.person("ann").wait_for(find, "a complaint at its field", 60)


def crash_at(bot: Bot, point: str) -> None:
    """Start it anew so that it dies at this point."""
    bot.kill()
    bot.environment[CRASH] = point
    bot.start()


def revived(bot: Bot) -> None:
    """Wait until it has died, and start it again, without the flaw."""
    eventually(lambda: not bot.is_alive(), "the crash", 30)
    bot.environment.pop(CRASH)
    bot.start()
