"""Cmdlets that `invoke` does not run, each with the way out."""

from rapidfuzz import process

from bot.powercli.errors import QueryError

_WRITES = {
    "set-vm": "transform VM cpu=4 memory=8",
    "start-vm": "poweron VM",
    "stop-vm": "poweroff VM --hard",
    "stop-vmguest": "poweroff VM",
    "shutdown-vmguest": "poweroff VM",
    "restart-vm": "reset VM",
    "restart-vmguest": "reboot VM",
    "new-vm": "spawn NAME` or `/iaas clonetemplate NEWNAME TEMPLATE",
    "remove-vm": "nuke VM",
    "remove-template": "nuke VM",
    "move-vm": "move VM DATASTORE",
    "new-snapshot": "snapshot VM create NAME",
    "remove-snapshot": "snapshot VM remove NAME",
    "set-snapshot": "snapshot VM create NAME",
    "stop-task": "cancel OP",
}
_READS = {
    "get-stat": "`/iaas show VM` tells the present use.",
    "foreach-object": "Use `select -ExpandProperty NAME`.",
    "%": "Use `select -ExpandProperty NAME`.",
    "foreach": "Use `select -ExpandProperty NAME`.",
    "export-csv": "Leave it out: a long result comes as a CSV file by itself.",
    "convertto-csv": "Leave it out: a long result comes as a CSV file by itself.",
    "out-file": "Leave it out: a long result comes as a CSV file by itself.",
    "convertto-json": "Use Format-List.",
    "format-wide": "Use Format-Table.",
    "connect-viserver": "Leave it out: the bot is connected already.",
    "get-view": "Use Get-VM, Get-VMHost, Get-Cluster or Get-Datastore.",
}
_PROGRAMS = frozenset({"iex", "icm", "invoke-expression", "invoke-command", "invoke-vmscript", "start-process", "saps"})
_CHANGING = frozenset({
    "add", "clear", "copy", "disable", "dismount", "edit", "enable", "export", "import", "install", "invoke", "mount",
    "move", "new", "open", "publish", "register", "remove", "rename", "repair", "reset", "restart", "restore", "resume",
    "save", "send", "set", "start", "stop", "suspend", "uninstall", "unregister", "update", "wait", "write",
})  # fmt: skip


def refuse_cmdlet(name: str, *, known: list[str], position: int) -> QueryError:
    """The error for a cmdlet that is none of `known`, with the verb that does it or the nearest cmdlets."""
    low = name.casefold()
    if low in _PROGRAMS:
        return QueryError(
            f"{name} runs code, and a query is only read", way_out="Start with Get-VM.", position=position
        )
    if low in _WRITES:
        return QueryError(
            f"{name} changes something, and invoke only reads",
            way_out=f"Use `/iaas {_WRITES[low]}`.",
            position=position,
        )
    if low in _READS:
        return QueryError(f"{name} is not part of invoke", way_out=_READS[low], position=position)
    if "-" in low and low.partition("-")[0] in _CHANGING:
        return QueryError(
            f"{name} changes something, and invoke only reads",
            way_out="`/iaas help` lists the verbs that change.",
            position=position,
        )
    spelled = {one.casefold(): one for one in known}
    near = [spelled[one] for one, _, _ in process.extract(low, list(spelled), limit=2, score_cutoff=60)]
    way_out = f"Did you mean {' or '.join(near)}?" if near else f"Known are {', '.join(known)}."
    return QueryError(f"{name!r} is no cmdlet of invoke", way_out=way_out, position=position)
