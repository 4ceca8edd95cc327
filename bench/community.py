"""Way (a): power on by name as most scripts on the web do it, written as they are and with no unkind detail.

A new login for each command, a container view, each VM's name read by itself until one fits, then the task polled.
"""

import ssl
import time

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim

from sandbox.vcenter import Estate

_POLL_S = 0.05
"""Scripts poll once a second or so; that would measure the sleep."""


def power_on(estate: Estate, name: str) -> None:
    """Log in, find the VM, power it on, wait, log out.

    Raises:
        LookupError: no VM is called so.
    """
    context = ssl.create_default_context(cafile=str(estate.ca_file))
    connection = SmartConnect(
        host=estate.host, port=estate.port, user=estate.username, pwd=estate.password, sslContext=context
    )
    try:
        _wait(_find(connection.RetrieveContent(), name).PowerOn())
    finally:
        Disconnect(connection)


def _find(content: vim.ServiceInstanceContent, name: str) -> vim.VirtualMachine:
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    for vm in view.view:
        if vm.name == name:
            return vm
    raise LookupError(f"no VM is called {name!r}")


def _wait(task: vim.Task) -> None:
    while task.info.state not in {vim.TaskInfo.State.success, vim.TaskInfo.State.error}:
        time.sleep(_POLL_S)  # noqa: TID251  this is how the others wait
    if task.info.state == vim.TaskInfo.State.error:
        raise RuntimeError(f"the power-on failed: {task.info.error.msg}")
