"""The verbs that policy knows, and which of them change something. Names only: what a change does stands in `verbs`."""

from typing import Final

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
        "cancel",
    }
)
"""Each of these but `cancel` has a row in `operations.verbs`; a test compares them."""
INTERRUPTING: Final = frozenset({"nuke", "poweroff", "reboot", "reset", "snapshot.revert", "transform"})
"""Those that may interrupt whoever uses the VM, so that somebody may want them tonight."""
READING: Final = frozenset(
    {"history", "invoke", "lease.show", "list", "show", "snapshot.list", "status", "usage", "why"}
)
DECIDING: Final = frozenset({"approve", "deny", "pending"})
"""Not given by rules: each operation's own approval says who decides it."""
OPEN: Final = frozenset({"echo", "help", "whoami", *DECIDING})
"""They tell nothing of the estate, so every member of the workspace may; guests and strangers may not even that."""
