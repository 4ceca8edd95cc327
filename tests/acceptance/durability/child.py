"""One replica as a process of its own: starts, submits what it is told, waits until nothing is left to do, reports.

It is killed by the crash point that `IAAS_CRASH_AT` names; run again without, it must bring everything to its end.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from operations.errors import ConfirmationNeededError
from operations.model import Operation, Request
from operations.policy import Policy
from operations.service import Operations
from tests.integration.operations.lab import DANA, HERE, READY_S, RULES, SITE, Directory, settings_for
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway
from vsphere.settings import VcenterSettings
from vsphere.sites import Sites

_END_S = 60


def main(order: dict[str, Any]) -> None:
    """Run an order: where vCenter is, which database, what to submit."""
    clock = SystemClock()
    gateway = Gateway(_vcenter(order["vcenter"]), clock=clock)
    gateway.start()
    operations = Operations(
        settings=settings_for(order["database_url"], replica_id=order["replica_id"], **order.get("settings", {})),
        sites=Sites([gateway]),
        policy=Policy(RULES),
        directory=Directory(),
        clock=clock,
    )
    told: list[Operation] = []
    operations.subscribe(told.append)
    operations.start()
    if not gateway.wait_ready(READY_S):
        raise SystemExit("vCenter did not answer")
    if order.get("request"):
        _submit(operations, gateway, order["request"])
    deadline = clock.monotonic() + _END_S
    while any(not one.state.is_final for one in operations.recent(100)) and clock.monotonic() < deadline:
        threading.Event().wait(0.05)
    ends = [_report(operations, one) for one in operations.recent(100)]
    report = {"operations": ends, "problems": operations.audit.verify(), "told": len(told)}
    operations.drain(5)
    sys.stdout.write(json.dumps(report))
    sys.stdout.flush()
    # As the service ends: threads of the engine may still run and would hold the process.
    os._exit(0)


def _submit(operations: Operations, gateway: Gateway, wanted: dict[str, Any]) -> None:
    vm = gateway.inventory.find_vms(wanted["vm"])[0].ref if wanted.get("vm") else None
    request = {
        "verb": wanted["verb"],
        "actor": DANA,
        "origin": HERE,
        "key": wanted["key"],
        "vm": vm,
        "name": wanted.get("name"),
        "vcenter": SITE,
        "arguments": wanted.get("arguments", {}),
        "asked_at": SystemClock().now(),
    }
    try:
        operations.submit(Request(**request))
    except ConfirmationNeededError as needed:
        operations.submit(Request(**request, confirmed=needed.plan.hash))


def _vcenter(data: dict[str, Any]) -> VcenterSettings:
    return VcenterSettings(
        name=SITE,
        host=data["host"],
        port=data["port"],
        username=data["username"],
        read_password=lambda: str(data["password"]),
        ca_file=Path(data["ca_file"]),
        connect_timeout_s=2,
        read_timeout_s=10,
    )


def _report(operations: Operations, operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.id,
        "state": operation.state.value,
        "text": operation.text,
        "stages_done": operation.stages_done,
        "runners": [
            str(one.data["runner"]).partition(":")[0]
            for one in operations.events(operation.id)
            if one.kind in {"operation.started", "operation.resumed"}
        ],
        "kinds": [one.kind for one in operations.events(operation.id)],
    }


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
