"""The verbs that policy knows, and which of them change something. Names only: what a change does stands in `verbs`."""

from typing import Final

ABOUT_OPERATIONS: Final = frozenset({"cancel", "undo"})
"""Whoever may start something may stop it and take it back: `undo` asks for the verb that does so, under its rules."""
CHANGING: Final = frozenset(
    {
        "spawn",
        "clone",
        "clonetemplate",
        "poweron",
        "poweroff",
        "reboot",
        "reset",
        "nuke",
        "restore",
        "purge",
        "lease.extend",
        "transform",
        "move",
        "snapshot.create",
        "snapshot.revert",
        "snapshot.remove",
        *ABOUT_OPERATIONS,
    }
)
"""Each of these but those about operations has a row in `operations.verbs`; a test compares them."""
INTERRUPTING: Final = frozenset({"nuke", "poweroff", "reboot", "reset", "snapshot.revert", "transform"})
"""Those that may interrupt whoever uses the VM, so that somebody may want them tonight."""
READING: Final = frozenset(
    {
        "history",
        "invoke",
        "lease.show",
        "list",
        "remediation.status",
        "show",
        "snapshot.list",
        "status",
        "usage",
        "why",
    }
)
OF_ONE_VM: Final = frozenset({"remediation.start", "remediation.stop"})
"""What remediation may do to a VM: for its owner, where a rule gives it."""
SWITCHING: Final = frozenset(
    {"remediation.mode", "remediation.pause", "remediation.rearm", "remediation.resume", *OF_ONE_VM}
)
"""They change no VM, only what the bot does by itself: so the read-only switch and protection do not stop them."""
DECIDING: Final = frozenset({"approve", "deny", "pending"})
"""Not given by rules: each operation's own approval says who decides it."""
OPEN: Final = frozenset({"echo", "help", "whoami", *DECIDING})
"""They tell nothing of the estate, so every member of the workspace may; guests and strangers may not even that."""
