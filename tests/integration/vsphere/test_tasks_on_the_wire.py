"""Following tasks through the shared long poll, and when that fails."""

import threading

import pytest

from tests.integration.vsphere.lab import Lab
from vsphere.clock import SystemClock
from vsphere.errors import ConnectionLostError, NotFoundError
from vsphere.model import Ref, TaskState
from vsphere.tasks import TaskWatcher


def test_progress_is_reported_as_vcenter_tells_it(lab: Lab) -> None:
    vm = lab.create("progress-01")
    lab.estate.set_task(2, "PowerOnVM_Task")
    heard: list[int | None] = []

    task = lab.gateway.tasks.follow(
        lab.gateway.power_on(vm.ref), on_progress=heard.append, should_stop=lambda: False, timeout_s=20
    )

    percents = [one for one in heard if one is not None]
    assert task.state is TaskState.SUCCESS
    assert len(percents) >= 3
    assert percents == sorted(percents)


def test_a_follower_that_should_stop_gets_the_running_task(lab: Lab) -> None:
    vm = lab.create("stop-01")
    lab.estate.set_task(30, "PowerOnVM_Task")
    sent = lab.gateway.power_on(vm.ref)

    task = lab.gateway.tasks.follow(sent, on_progress=lambda _: None, should_stop=lambda: True, timeout_s=20)

    assert task.state in {TaskState.RUNNING, TaskState.QUEUED}
    lab.gateway.cancel_task(sent)


def test_a_task_that_does_not_end_in_time_is_not_known(lab: Lab) -> None:
    vm = lab.create("late-01")
    lab.estate.set_task(30, "PowerOnVM_Task")
    sent = lab.gateway.power_on(vm.ref)

    with pytest.raises(ConnectionLostError, match=r"not seen to end within 0\.3 s"):
        lab.gateway.tasks.follow(sent, on_progress=lambda _: None, should_stop=lambda: False, timeout_s=0.3)

    lab.gateway.cancel_task(sent)


@pytest.mark.parametrize("trouble", ["drop_connections", "expire_sessions"])
def test_a_followed_task_survives(own_lab: Lab, trouble: str) -> None:
    vm = own_lab.create("survivor-01")
    own_lab.estate.set_task(3, "PowerOnVM_Task")
    sent = own_lab.gateway.power_on(vm.ref)
    timer = threading.Timer(1, getattr(own_lab.estate, trouble))
    timer.start()

    task = own_lab.end(sent)

    timer.join()
    assert task.state is TaskState.SUCCESS


def test_a_task_that_the_long_poll_does_not_bring_is_read_directly(lab: Lab) -> None:
    vm = lab.create("direct-01")
    sent = lab.gateway.power_on(vm.ref)
    lab.end(sent)
    watcher = lab.gateway.tasks
    # What a watcher knows that was started after the task had left vCenter's list of recent ones: nothing.
    for known in (watcher._tasks, watcher._values, watcher._seen_in):
        known.pop(sent)
    lab.estate.reset_calls()

    task = lab.end(sent)

    assert task.state is TaskState.SUCCESS
    assert lab.estate.calls().get("RetrievePropertiesEx") == 1


def test_a_task_that_vcenter_has_forgotten_is_not_found(lab: Lab) -> None:
    with pytest.raises(NotFoundError):
        lab.end(Ref("lab", "task-404"))


def test_twenty_followers_cost_no_call_of_their_own(lab: Lab) -> None:
    vms = [lab.create(f"crowd-{number:02}") for number in range(20)]
    lab.estate.set_task(1, "PowerOnVM_Task")
    lab.estate.reset_calls()
    ended = []

    def run(ref: Ref) -> None:
        ended.append(lab.end(lab.gateway.power_on(ref)).state)

    threads = [threading.Thread(target=run, args=(vm.ref,)) for vm in vms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    calls = lab.estate.calls()
    assert ended == [TaskState.SUCCESS] * 20
    assert calls["PowerOnVM_Task"] == 20
    assert "RetrievePropertiesEx" not in calls


def test_recent_tasks_are_chosen_by_object_kind_and_time(lab: Lab) -> None:
    vm = lab.create("recent-01")
    lab.end(lab.gateway.power_on(vm.ref))
    # Far enough from both tasks that the measured difference of the clocks may be some milliseconds wrong.
    threading.Event().wait(0.3)
    between = SystemClock().now()
    threading.Event().wait(0.3)
    lab.end(lab.gateway.power_off(vm.ref))
    tasks = lab.gateway.tasks

    kinds = [one.description_id.lower() for one in tasks.recent(entity=vm.ref)]
    later = [one.description_id.lower() for one in tasks.recent(entity=vm.ref, since=between)]
    created = tasks.recent(entity=vm.folder, description_id="folder.CREATEvm")

    assert kinds == ["virtualmachine.poweron", "virtualmachine.poweroff"]
    assert later == ["virtualmachine.poweroff"]
    assert vm.ref in {one.result for one in created}


def test_recent_tasks_do_not_hang_on_the_long_poll(lab: Lab) -> None:
    vm = lab.create("recent-02")
    lab.end(lab.gateway.power_on(vm.ref))
    unfed = TaskWatcher(lab.gateway._session, clock=SystemClock(), name_of=str)

    (task,) = unfed.recent(entity=vm.ref)

    assert (task.description_id.lower(), task.state) == ("virtualmachine.poweron", TaskState.SUCCESS)


def test_recent_tasks_of_a_vcenter_that_is_away_are_not_an_empty_list(own_lab: Lab) -> None:
    own_lab.estate.outage("refuse")
    own_lab.estate.drop_connections()

    with pytest.raises(ConnectionLostError):
        own_lab.gateway.tasks.recent()


def test_a_vm_that_could_not_be_made_is_told_as_a_vm_and_not_as_its_folder(lab: Lab) -> None:
    lab.estate.fail_next("CreateVM_Task", "DuplicateName", in_task=True, details={"name": "both-01"})

    ended = lab.end(lab.gateway.create_vm(lab.new_vm("both-01")))

    told = str(ended.error)
    assert told.startswith("vCenter did not create the VM in the folder Lab: the name both-01 is taken")
