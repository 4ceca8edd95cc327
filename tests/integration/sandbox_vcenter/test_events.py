"""The event log tells what happened, as a vCenter's does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pyVmomi

from sandbox.vcenter import DoorError, Estate, PastEvent

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


def test_past_events_stand_at_their_time(client: Any, vm: Any) -> None:
    now = client.service.CurrentTime()
    raised = PastEvent(
        entity=vm._moId,
        at=now - timedelta(days=20),
        alarm="alarm.VmCPUUsageAlarm",
        from_status="green",
        to_status="red",
    )
    started = PastEvent(entity=vm._moId, at=now - timedelta(days=29), type="VmPoweredOnEvent", user="dana")

    written = client.estate.write_events([raised, started])

    found = events_of(client, vm)
    assert written == 2
    assert [(type(event), event.createdTime) for event in found[-2:]] == [
        (vim.event.AlarmStatusChangedEvent, raised.at),
        (vim.event.VmPoweredOnEvent, started.at),
    ]
    assert (getattr(found[-2], "from"), found[-2].to, found[-2].entity.entity) == ("green", "red", vm)
    assert found[-2].alarm.alarm.info.systemName == "alarm.VmCPUUsageAlarm"
    assert found[-1].userName == "dana"
    assert len({event.key for event in found}) == len(found)


def test_a_thousand_past_events_are_read_page_by_page(client: Any, vm: Any) -> None:
    now = client.service.CurrentTime()
    flips = [("green", "red"), ("red", "green")]
    client.estate.write_events(
        PastEvent(
            entity=vm._moId,
            at=now - timedelta(days=30) + timedelta(minutes=number),
            alarm="alarm.VmCPUUsageAlarm",
            from_status=flips[number % 2][0],
            to_status=flips[number % 2][1],
        )
        for number in range(2500)
    )
    by_entity = vim.event.EventFilterSpec.ByEntity(
        entity=vm, recursion=vim.event.EventFilterSpec.RecursionOption("self")
    )
    spec = vim.event.EventFilterSpec(entity=by_entity, eventTypeId=["AlarmStatusChangedEvent"])

    collector = client.content.eventManager.CreateCollectorForEvents(spec)
    read: list[Any] = []
    while page := collector.ReadNextEvents(1000):
        read += page
    collector.DestroyCollector()

    assert len(read) == 2500
    assert [event.createdTime for event in read] == sorted(event.createdTime for event in read)
    # One question gets the newest thousand at most, as from a vCenter.
    assert len(client.content.eventManager.QueryEvents(spec)) == 1000


def test_new_event_reaches_a_poll_on_a_collectors_latest_page(client: Any, vm: Any) -> None:
    spec = vim.event.EventFilterSpec(eventTypeId=["VmPoweredOffEvent"])
    collector = client.content.eventManager.CreateCollectorForEvents(spec)
    watch = client.watch(collector, "latestPage")

    client.done(vm.PowerOffVM_Task())

    assert watch.changes()["latestPage"][0].vm.vm == vm
    collector.DestroyCollector()


def test_events_of_a_folder_are_those_of_what_is_in_it(client: Any, vm: Any) -> None:
    since = client.service.CurrentTime()
    client.done(vm.ResetVM_Task())

    def found(folder: str, recursion: str) -> list[Any]:
        by_entity = vim.event.EventFilterSpec.ByEntity(
            entity=client.named(vim.Folder, folder), recursion=vim.event.EventFilterSpec.RecursionOption(recursion)
        )
        by_time = vim.event.EventFilterSpec.ByTime(beginTime=since)
        spec = vim.event.EventFilterSpec(entity=by_entity, time=by_time, eventTypeId=["VmResettingEvent"])
        return [event.vm.vm for event in client.content.eventManager.QueryEvents(spec)]

    assert (found("Lab", "children"), found("Lab", "self"), found("Finance", "all")) == ([vm], [], [])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"entity": "no-such-vm"}, "event 1: no VM is called"),
        ({"at": datetime(2999, 1, 1, tzinfo=UTC)}, "event 1: at is 2999"),
        ({"alarm": "alarm.Unheard"}, "event 1: no alarm is called"),
        ({"to_status": "pink"}, "event 1: from is .* and to is"),
        ({"type": "NoSuchEvent"}, "event 1: no event is called"),
        ({"type": "VirtualDisk"}, "event 1: .* is no event of a VM"),
    ],
)
def test_of_past_events_all_are_written_or_none(client: Any, estate: Estate, change: dict[str, Any], what: str) -> None:
    good = PastEvent(
        entity="web-01",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        alarm="alarm.VmCPUUsageAlarm",
        from_status="green",
        to_status="red",
        user="nobody-else",
    )

    with pytest.raises(DoorError, match=what):
        estate.write_events([good, replace(good, **change)])

    by_name = vim.event.EventFilterSpec.ByUsername(systemUser=False, userList=["nobody-else"])
    assert list(client.content.eventManager.QueryEvents(vim.event.EventFilterSpec(userName=by_name))) == []
