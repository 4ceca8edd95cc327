"""The event log tells what happened, as a vCenter's does."""

from datetime import timedelta
from typing import Any

import pytest
import pyVmomi

_namespaces: Any = pyVmomi
vim = _namespaces.vim


def events_of(client: Any, vm: Any, *kinds: str, since: Any = None) -> list[Any]:
    """What the log has about a VM, newest first."""
    spec = vim.event.EventFilterSpec(
        entity=vim.event.EventFilterSpec.ByEntity(
            entity=vm, recursion=vim.event.EventFilterSpec.RecursionOption("self")
        ),
        eventTypeId=list(kinds),
    )
    if since is not None:
        spec.time = vim.event.EventFilterSpec.ByTime(beginTime=since)
    return list(client.content.eventManager.QueryEvents(spec))


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        ("RebootGuest", vim.event.VmGuestRebootEvent),
        ("ShutdownGuest", vim.event.VmGuestShutdownEvent),
        ("StandbyGuest", vim.event.VmGuestStandbyEvent),
    ],
)
def test_guest_operation_is_in_the_event_log_once_it_is_accepted(client: Any, vm: Any, ask: str, kind: Any) -> None:
    before = client.service.CurrentTime()
    client.estate.set_task(30, ask)

    getattr(vm, ask)()

    (found,) = events_of(client, vm, kind.__name__.rpartition(".")[2], since=before - timedelta(seconds=1))
    assert type(found) is kind
    assert (found.vm.vm, found.vm.name, found.userName) == (vm, vm.name, client.estate.username)
    assert found.createdTime >= before
    assert vm.runtime.powerState == "poweredOn"


def test_guest_operation_whose_answer_is_lost_is_in_the_event_log(client: Any, vm: Any) -> None:
    client.estate.drop_after("RebootGuest")

    with pytest.raises(Exception, match=r"closed|reset|Remote end"):
        vm.RebootGuest()

    assert len(events_of(client, vm, "VmGuestRebootEvent")) == 1


def test_guest_operation_that_never_arrived_is_not_in_the_event_log(client: Any, vm: Any) -> None:
    client.estate.drop_before("RebootGuest")

    with pytest.raises(Exception, match=r"closed|reset|Remote end"):
        vm.RebootGuest()

    assert events_of(client, vm, "VmGuestRebootEvent") == []


def test_base_type_finds_every_event_of_a_vm(client: Any, vm: Any) -> None:
    client.done(vm.ResetVM_Task())

    kinds = [type(event).__name__.rpartition(".")[2] for event in events_of(client, vm, "VmEvent")]

    assert kinds == ["VmResettingEvent", "VmPoweredOnEvent", "VmClonedEvent"]
