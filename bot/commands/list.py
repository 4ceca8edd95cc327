"""The VMs that a person may see: all, their own, those of a folder or of the recycle bin, or those whose name fits."""

import csv
import io
from fnmatch import fnmatchcase
from typing import Final
from zoneinfo import ZoneInfo

from bot import facts
from bot.answers import Answer, Button, File, Reply, Table
from bot.command import Call, Command, Context, Words
from bot.grammar import command_line
from bot.lookup import inventory_of, visible_vms
from bot.permission import may_see
from operations.model import Actor
from operations.policy import owner_of
from operations.proving import Proof
from operations.recycling import marks_of
from vsphere.model import Vm

_USAGE: Final = "list [mine|bin|FOLDER|TEXT]"
_MOST_ROWS: Final = 25
_MOST_BUTTONS: Final = 5
_COLUMNS: Final = ("Name", "Power", "CPU", "Memory", "IP", "Owner")
_BIN: Final = "bin"
_NOTHING: Final = "\u2013"
_BIN_COLUMNS: Final = ("Name", "Deleted at", "Came from", "Owner")


def parse(words: Words) -> str:
    """`mine`, `bin`, a folder or a text; empty for everything."""
    return " ".join(words.names)


def acknowledge(wanted: str) -> str:
    """See `Command.acknowledge`."""
    return f"Listing {wanted}…" if wanted else "Listing what you may see…"


def run(wanted: str, call: Call, context: Context) -> Reply:
    """See `Command.run`."""
    if wanted.casefold() == _BIN:
        return _binned(call, context)
    found = [vm for vm in visible_vms(call, context, verb="list") if _fits(vm, wanted, call.actor, context)]
    found = [vm for vm in found if not context.operations.bin.holds(vm)]
    if not found:
        return Answer(title=_none(wanted), lines=("`list` alone shows every VM that you may see here.",))
    several = len(list(context.sites)) > 1
    columns = (*_COLUMNS, "vCenter") if several else _COLUMNS
    cells = ((vm, facts.cells(vm, call.actor)) for vm in found)
    rows = tuple((*row, vm.ref.vcenter) if several else row for vm, row in cells)
    cut = len(rows) > _MOST_ROWS
    return Answer(
        title=f"{len(rows)} VM{'s' if len(rows) > 1 else ''}{f' for {wanted}' if wanted else ''}",
        table=Table(columns=columns, rows=rows[:_MOST_ROWS]),
        note=f"The first {_MOST_ROWS} of {len(rows)}; the file has them all." if cut else None,
        file=_file(columns, rows) if cut else None,
    )


def _binned(call: Call, context: Context) -> Answer:
    """What lies in the recycle bin, and when each is deleted; the button brings the first of them back."""
    found = [vm for vm in context.operations.bin.content() if may_see(vm, call, context, verb="list")]
    if not found:
        return Answer(title="There is no VM of yours in the recycle bin.")
    proof = context.operations.proof
    zone = context.operations.tonight.zone
    rows = sorted(_bin_cells(vm, call.actor, proof, zone) for vm in found)
    names = sorted({marks.name for vm in found if (marks := marks_of(vm)) is not None and proof.of(vm) is not None})
    return Answer(
        title=f"{len(rows)} VM{'s' if len(rows) > 1 else ''} in the recycle bin",
        table=Table(columns=_BIN_COLUMNS, rows=tuple(rows[:_MOST_ROWS])),
        buttons=tuple(
            Button(label=f"Restore {one}", command=command_line("restore", one)) for one in names[:_MOST_BUTTONS]
        ),
        note="`restore NAME` brings one back as it was."
        + (f" The first {_MOST_ROWS} of {len(rows)}; the file has them all." if len(rows) > _MOST_ROWS else ""),
        file=_file(_BIN_COLUMNS, tuple(rows)) if len(rows) > _MOST_ROWS else None,
    )


def _bin_cells(vm: Vm, reader: Actor, proof: Proof, zone: ZoneInfo) -> tuple[str, ...]:
    """What our record bears out alone: anybody may have written the marks."""
    marks = marks_of(vm)
    owner = facts.owner(vm, reader)
    if marks is None or proof.nuke(vm) is None:
        return (vm.name, "never: not put there by the bot", _NOTHING, owner)
    if proof.of(vm) is None:
        return (marks.name, "never: taken out or used since", marks.folder, owner)
    return (marks.name, facts.end(marks.purge, zone) or _NOTHING, marks.folder, owner)


def _fits(vm: Vm, wanted: str, actor: Actor, context: Context) -> bool:
    text = wanted.casefold()
    if not text:
        return True
    if text == "mine":
        return owner_of(vm) == actor.id
    if "*" in text or "?" in text:
        return fnmatchcase(vm.name.casefold(), text)
    return text in vm.name.casefold() or _lies_in(vm, text, context)


def _lies_in(vm: Vm, folder: str, context: Context) -> bool:
    """Whether the VM lies in the folder of that name or path, or below."""
    if vm.folder is None:
        return False
    path = f"/{inventory_of(vm.ref, context).path(vm.folder)}/".casefold()
    return f"/{folder.strip('/')}/" in path


def _none(wanted: str) -> str:
    if not wanted:
        return "There is no VM that you may see here."
    return "You own no VM here." if wanted.casefold() == "mine" else f"No VM or folder here fits {wanted}."


def _file(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> File:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return File(name="vms.csv", title=f"{len(rows)} VMs", content=text.getvalue().encode())


def _harmless(cell: str) -> str:
    # A spreadsheet knows no mentions, and would run what begins like a formula.
    cell = cell.removeprefix("<@").removesuffix(">") if cell.startswith("<@") else cell
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


COMMAND: Final = Command(
    name="list",
    usage=_USAGE,
    summary="List the VMs that you may see.",
    details="Examples: `list` · `list mine` · `list Datacenter/vm/Web` · `list web` · `list web-0*` · `list bin`, "
    "for what `nuke` has put away. "
    f"More than {_MOST_ROWS} come as a file as well.",
    aliases=("ls", "vms"),
    changes=False,
    parse=parse,
    acknowledge=acknowledge,
    run=run,
)
