"""Tasks take time, report progress, can be cancelled and block no reader."""

from time import monotonic
from typing import Any

import pytest
import pyVmomi

from sandbox.vcenter import Estate

_namespaces: Any = pyVmomi
vim = _namespaces.vim
vmodl = _namespaces.vmodl


def clone(client: Any, name: str) -> Any:
    """Start a clone and give its task."""
    spec = vim.vm.CloneSpec(
        location=vim.vm.RelocateSpec(pool=client.named(vim.ResourcePool, "lab")),
        powerOn=False,
        template=False,
    )
    return client.vm("debian-12").CloneVM_Task(client.named(vim.Folder, "Lab"), name, spec)


def test_progress_reaches_a_long_poll_several_times(client: Any) -> None:
    client.estate.set_task(1, "CloneVM_Task")
    task = clone(client, "progress-01")
    watch = client.watch(task, "info.progress", "info.state")

    seen = watch.until(lambda changes: changes.get("info.state") == "success")

    progress = [changes["info.progress"] for changes in seen if "info.progress" in changes]
    assert len(progress) >= 4
    assert progress == sorted(progress)
    assert progress[-1] == 100


def test_running_task_blocks_no_reader(client: Any, vm: Any) -> None:
    client.estate.set_task(2, "ReconfigVM_Task")
    vm.ReconfigVM_Task(vim.vm.ConfigSpec(numCPUs=4))

    began = monotonic()
    cpus = vm.config.hardware.numCPU

    assert (cpus, monotonic() - began < 1) == (2, True)


def test_cancelled_task_ends_with_request_canceled_and_applies_nothing(client: Any) -> None:
    client.estate.set_task(30, "CloneVM_Task")
    task = clone(client, "cancelled-01")
    watch = client.watch(task, "info.state")

    task.CancelTask()

    assert watch.changes() == {"info.state": "error"}
    assert (type(task.info.error), task.info.cancelled) == (vmodl.fault.RequestCanceled, True)
    assert "Lab/cancelled-01" not in client.estate.vms()


def test_finished_task_cannot_be_cancelled(client: Any) -> None:
    task = clone(client, "finished-01")
    client.done(task)

    with pytest.raises(vim.fault.InvalidState):
        task.CancelTask()


def test_task_says_what_it_is_about(client: Any, vm: Any) -> None:
    task = vm.PowerOffVM_Task()
    client.done(task)

    info = task.info
    assert (info.entity, info.entityName, info.descriptionId) == (vm, vm.name, "VirtualMachine.powerOff")
    assert (info.state, info.reason.userName) == ("success", client.estate.username)
    assert info.queueTime <= info.startTime <= info.completeTime


def test_task_appears_among_recent_tasks_of_manager_and_entity(client: Any, vm: Any) -> None:
    watch = client.watch(client.content.taskManager, "recentTask")

    task = vm.PowerOffVM_Task()

    assert task in watch.changes()["recentTask"]
    assert task in vm.recentTask


def test_result_of_clone_is_the_new_vm(client: Any) -> None:
    made = client.done(clone(client, "result-01"))

    assert (type(made), made.name) == (vim.VirtualMachine, "result-01")


def test_many_tasks_watched_by_one_collector_each_report(client: Any) -> None:
    vms = [client.new_vm(on=False) for _ in range(5)]
    client.estate.set_task(0.3, "PowerOnVM_Task")
    tasks = [vm.PowerOnVM_Task() for vm in vms]
    view = client.content.viewManager.CreateListView(tasks)
    collector = vmodl.query.PropertyCollector
    step = collector.TraversalSpec(name="view", type=vim.view.ListView, path="view", skip=False)
    filter_spec = collector.FilterSpec(
        objectSet=[collector.ObjectSpec(obj=view, skip=True, selectSet=[step])],
        propSet=[collector.PropertySpec(type=vim.Task, pathSet=["info.state"])],
    )
    own = client.content.propertyCollector.CreatePropertyCollector()
    own.CreateFilter(filter_spec, partialUpdates=False)

    ended: set[Any] = set()
    version = ""
    while len(ended) < len(tasks):
        answer = own.WaitForUpdatesEx(version, collector.WaitOptions(maxWaitSeconds=5))
        version = answer.version
        for update in (update for part in answer.filterSet for update in part.objectSet):
            ended |= {update.obj for change in update.changeSet if change.val == "success"}

    assert ended == set(tasks)


def test_task_added_to_a_list_view_joins_the_poll(client: Any, off_vm: Any) -> None:
    view = client.content.viewManager.CreateListView()
    collector = vmodl.query.PropertyCollector
    step = collector.TraversalSpec(name="view", type=vim.view.ListView, path="view", skip=False)
    own = client.content.propertyCollector.CreatePropertyCollector()
    own.CreateFilter(
        collector.FilterSpec(
            objectSet=[collector.ObjectSpec(obj=view, skip=True, selectSet=[step])],
            propSet=[collector.PropertySpec(type=vim.Task, pathSet=["info.state"])],
        ),
        partialUpdates=False,
    )
    empty = own.WaitForUpdatesEx("", collector.WaitOptions(maxWaitSeconds=1))

    task = off_vm.PowerOnVM_Task()
    view.ModifyListView(add=[task])
    answer = own.WaitForUpdatesEx(empty.version, collector.WaitOptions(maxWaitSeconds=5))

    assert [update.obj for part in answer.filterSet for update in part.objectSet] == [task]


def test_duration_of_one_method_leaves_the_others(estate: Estate, client: Any, off_vm: Any) -> None:
    estate.set_task(30, "CloneVM_Task")

    began = monotonic()
    client.done(off_vm.PowerOnVM_Task())

    assert monotonic() - began < 5
