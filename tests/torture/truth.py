"""Judges the torture: each operation by its record, by its card in Slack and by what vCenter was really sent."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle

from bot.cli.demo.world import World
from sandbox.vcenter.client import DoorError, Vm
from tests.acceptance.service.desk import operation_of, state_of
from tests.acceptance.service.program import iaas_bot
from tests.torture.asks import BIN, MAKING, PEOPLE, Ask, Slot, Wishes
from tests.torture.book import Book, Entry
from tests.torture.people import Typist
from tests.torture.writes import DROPPED, HALF_WAY, complaints

PURGE = "purge"
_OVER = timedelta(minutes=1)


class Judge:
    """What is wrong, in sentences; and the figures beside it."""

    def __init__(self, world: World, book: Book, typists: Sequence[Typist], wishes: Wishes) -> None:
        self.violations: list[str] = []
        self._world = world
        self._book = book
        self._typists = typists
        self._wishes = wishes
        self._is_doomed = cycle((True, False))
        self._doomed: dict[str, str] = {}
        """What is to be deleted from the bin, by its id, with its name."""

    @property
    def asks(self) -> list[Ask]:
        """Everything that was typed."""
        return [ask for one in self._typists for ask in one.asks]

    def entries(self) -> list[Entry]:
        """All operations."""
        return self._book.all()

    def resumed(self) -> int:
        """How many operations more than one start of the bot worked on."""
        return self._book.resumed()

    def count(self, kind: str) -> int:
        """How many violations there are of a kind."""
        return sum(one.startswith(kind) for one in self.violations)

    def writes(self) -> Counter[str]:
        """What reached vCenter, by method, and what was lost on the way, as `dropped`."""
        sent = self._world.estate.writes()
        return Counter("dropped" if one.outcome.startswith(DROPPED) else one.method for one in sent)

    def settle(self) -> None:
        """Compare what has ended with the estate, before anything else is asked of the same VM."""
        for typist in self._typists:
            for ask in typist.asks:
                if not ask.settled and not typist.is_open(ask):
                    self._settle(ask)

    def _settle(self, ask: Ask) -> None:
        entry = self._book.of(ask)
        if entry is not None and not entry.is_final:
            return
        ask.settled = True
        if entry is not None:
            ask.operation = entry.id
            self.violations += self._against_the_estate(ask, entry)
        is_done = entry is not None and entry.state == "succeeded"
        if ask.slot is not None:
            self._release(ask, ask.slot, is_done=is_done)
        if ask.new and self._made(ask.new):
            self._put_away(ask, is_done=is_done)

    def _release(self, ask: Ask, slot: Slot, *, is_done: bool) -> None:
        """Let the next be asked of a VM; what did not succeed may be asked for again at once."""
        slot.busy, slot.verb = False, ask.verb if is_done else ""
        slot.undo = ask.undo() if is_done else None
        if slot.is_doomed and is_done:
            # An administrator has the last word in vCenter about when something is deleted.
            over = datetime.now(UTC) - _OVER  # noqa: TID251  what stands in vCenter
            self._world.estate.set_vm(slot.id, custom={"iaas.purge": f"{over:%Y-%m-%dT%H:%MZ}"})
            self._doomed[slot.id] = slot.name
            self._wishes.forget(slot)

    def _put_away(self, ask: Ask, *, is_done: bool) -> None:
        """There are quotas, so what was made goes again: every other one by way of the recycle bin."""
        if is_done and next(self._is_doomed):
            self._wishes.doom(ask.new, ask.who)
        else:
            self._world.estate.delete_vm(ask.new)

    def _against_the_estate(self, ask: Ask, entry: Entry) -> Iterator[str]:
        if entry.state != "succeeded":
            is_told = HALF_WAY in entry.text or entry.state == "unknown"
            if entry.verb == "clone" and not is_told and self._made(ask.new):
                yield f"{entry.id} {entry.verb} is told as {entry.state}, but {ask.new} is there: {entry.text}"
            return
        if not self._shows(ask, entry):
            yield f"{entry.id} {ask.line!r} is told as done, but vCenter shows something else: {self._seen(ask)}"

    def _shows(self, ask: Ask, entry: Entry) -> bool:
        if ask.verb in MAKING:
            made = self._made(ask.new)
            return len(made) == 1 and self._world.estate.vm(ask.new).custom.get("iaas.operation") == entry.id
        vm = self._seen(ask)
        return vm is not None and _is_as_wanted(ask, vm)

    def _seen(self, ask: Ask) -> Vm | None:
        try:
            return self._world.estate.vm(ask.slot.id if ask.slot else ask.new)
        except DoorError:
            return None

    def _made(self, name: str) -> list[str]:
        return [one for one in self._world.estate.vms() if one.rpartition("/")[2] == name]

    def all_told(self) -> bool:
        """Whether Slack shows every end; a channel takes one message a second, so that this comes later."""
        cards = self._cards()
        told = (one for one in self._book.all() if one.state != "refused" and one.verb != PURGE)
        return all(cards.get(one.id) == one.state for one in told)

    def all_purged(self) -> bool:
        """Whether everything that is to be deleted from the bin was, or it was tried."""
        tried = {one.vm for one in self._book.all() if one.verb == PURGE and one.is_final}
        return self._doomed.keys() <= tried

    def _cards(self) -> dict[str, str | None]:
        """The state that the card of each operation shows."""
        seen = (one for name in PEOPLE for one in self._world.workspace.as_user(name).messages())
        return {operation: state_of(one) for one in seen if (operation := operation_of(one)) is not None}

    def finish(self) -> None:
        """Judge everything once all has ended."""
        entries = self._book.all()
        self.violations += [f"{one.id} {one.verb} never ended: {one.state}" for one in entries if not one.is_final]
        self.violations += self._against_slack(entries)
        self.violations += complaints(entries, self._world.estate.writes())
        self.violations += self._against_the_bin(entries)
        asked = {ask.operation for ask in self.asks}
        unasked = (one for one in entries if one.id not in asked and one.verb != PURGE)
        self.violations += [f"{one.id} {one.verb} was asked for by nobody" for one in unasked]
        audit = iaas_bot("audit", "verify", "--config", str(self._world.bot.config), env=self._world.bot.secrets())
        if audit.returncode != 0:
            self.violations.append(f"the record does not hold: {audit.stdout}{audit.stderr}")

    def _against_the_bin(self, entries: list[Entry]) -> Iterator[str]:
        """What was to be deleted, once and nothing else."""
        purges = [one for one in entries if one.verb == PURGE]
        times = Counter(one.vm for one in purges)
        done = {one.vm for one in purges if one.state == "succeeded"}
        yield from (
            f"{one.id} purged {one.vm_name}, whose time was not over" for one in purges if one.vm not in self._doomed
        )
        yield from (f"{self._doomed[vm]} was purged {number} times" for vm, number in times.items() if number > 1)
        yield from (f"{name} was never purged" for vm, name in self._doomed.items() if vm not in times)
        there = {self._world.estate.vm(path).id for path in self._world.estate.vms()}
        yield from (f"{self._doomed[vm]} is told as purged, but is there" for vm in done & there & self._doomed.keys())

    def _against_slack(self, entries: list[Entry]) -> Iterator[str]:
        cards = self._cards()
        for one in entries:
            if one.id not in cards and one.state != "refused" and one.verb != PURGE:
                yield f"{one.id} {one.verb} ({one.state}) has no card"
            if cards.get(one.id, one.state) != one.state:
                yield f"{one.id} {one.verb}: its card says {cards[one.id]}, the record {one.state}"
        known = {one.id for one in entries}
        yield from (f"the card {one} has no operation on record" for one in cards if one not in known)


def _is_as_wanted(ask: Ask, vm: Vm) -> bool:
    looks = {
        "poweron": vm.power == "poweredOn",
        "reboot": vm.power == "poweredOn",
        "reset": vm.power == "poweredOn",
        "poweroff": vm.power == "poweredOff",
        "transform": str(vm.cpus) == ask.wanted,
        "move": vm.datastore == ask.wanted,
        "nuke": BIN in vm.folder and ".binned-" in vm.name,
        "restore": BIN not in vm.folder and ask.slot is not None and vm.name == ask.slot.name,
        "lease.extend": vm.custom.get("iaas.expires") != ask.wanted,
        "snapshot.create": vm.snapshots.count(ask.wanted) == 1,
        "snapshot.remove": ask.wanted not in vm.snapshots,
        # Nothing of what these VMs are made of tells of it; the count of calls does.
        "snapshot.revert": True,
    }
    return looks[ask.verb]
