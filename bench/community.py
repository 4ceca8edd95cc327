"""Way (a): power on by name as most scripts on the web do it, written as they are and with no unkind detail.

A new login for each command, a container view, each VM's name read by itself until one fits, then the task polled.
"""

import ssl
import time
from typing import Any, Final

from pyVim import connect
from pyVmomi import vim

from sandbox.vcenter import Estate

_POLL_S: Final = 0.05
"""Scripts poll once a second or so; that would measure the sleep."""
_SMART: Final[Any] = connect
"""pyVim's own functions carry no types."""


def power_on(estate: Estate, name: str) -> None:
    """Log in, find the VM, power it on, wait, log out.

    Raises:
        LookupError: no VM is called so.
        RuntimeError: vCenter did not do it.
    """
    context = ssl.create_default_context(cafile=str(estate.ca_file))
    session = _SMART.SmartConnect(
        host=estate.host, port=estate.port, user=estate.username, pwd=estate.password, sslContext=context
    )
    try:
        _wait(_find(session.RetrieveContent(), name).PowerOn())
    finally:
        _SMART.Disconnect(session)


def _find(content: Any, name: str) -> Any:  # noqa: ANN401  as untyped as these scripts are
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], recursive=True)
    for vm in view.view:
        if vm.name == name:
            return vm
    raise LookupError(f"no VM is called {name!r}")


def _wait(task: Any) -> None:  # noqa: ANN401  as untyped as these scripts are
    while task.info.state not in {vim.TaskInfo.State.success, vim.TaskInfo.State.error}:
        time.sleep(_POLL_S)  # noqa: TID251  this is how the others wait
    if task.info.state == vim.TaskInfo.State.error:
        raise RuntimeError(f"the power-on failed: {task.info.error.msg}")
