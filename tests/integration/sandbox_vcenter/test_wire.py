"""Faults, dropped connections, outages, expired sessions, TLS: what can go wrong between bot and vCenter."""

import hashlib
import http.client
import socket
import ssl
from time import monotonic
from typing import Any

import pytest
import pyVmomi

from sandbox.vcenter import DoorError, Estate

_namespaces: Any = pyVmomi
vim = _namespaces.vim
vmodl = _namespaces.vmodl

BROKEN = (OSError, http.client.HTTPException)


def test_injected_permission_fault_names_its_privilege(client: Any, off_vm: Any) -> None:
    client.estate.fail_next("PowerOnVM_Task", "NoPermission", privilege="VirtualMachine.Interact.PowerOn")

    with pytest.raises(vim.fault.NoPermission) as caught:
        off_vm.PowerOnVM_Task()

    assert (caught.value.privilegeId, caught.value.object) == ("VirtualMachine.Interact.PowerOn", off_vm)
    assert caught.value.msg == "Permission to perform this operation was denied."


def test_injected_fault_strikes_as_often_as_asked(client: Any, off_vm: Any) -> None:
    client.estate.fail_next("PowerOnVM_Task", "InvalidState", count=2)

    for _ in range(2):
        with pytest.raises(vim.fault.InvalidState):
            off_vm.PowerOnVM_Task()

    client.done(off_vm.PowerOnVM_Task())
    assert off_vm.runtime.powerState == "poweredOn"


def test_injected_fault_strikes_only_its_target(client: Any, vm: Any, off_vm: Any) -> None:
    client.estate.fail_next("Rename_Task", "NoPermission", entity=off_vm.name)

    client.done(vm.Rename_Task(f"{vm.name}-free"))

    with pytest.raises(vim.fault.NoPermission):
        off_vm.Rename_Task("never")


def test_injected_fault_can_wait_for_the_task(client: Any, off_vm: Any) -> None:
    client.estate.fail_next("PowerOnVM_Task", "NoDiskSpace", in_task=True)

    task = off_vm.PowerOnVM_Task()

    with pytest.raises(vim.fault.NoDiskSpace):
        client.done(task)
    assert off_vm.runtime.powerState == "poweredOff"


def test_injected_fault_carries_its_details(client: Any, off_vm: Any) -> None:
    client.estate.fail_next("Rename_Task", "DuplicateName", details={"name": "web-01"})

    with pytest.raises(vim.fault.DuplicateName) as caught:
        off_vm.Rename_Task("web-01")

    assert caught.value.name == "web-01"


def test_cleared_faults_strike_no_more(client: Any, off_vm: Any) -> None:
    client.estate.fail_next("*", "NoPermission", count=-1)
    client.estate.clear_faults()

    client.done(off_vm.PowerOnVM_Task())

    assert off_vm.runtime.powerState == "poweredOn"


def test_write_whose_answer_was_dropped_was_applied_once(client: Any, off_vm: Any) -> None:
    client.estate.reset_calls()
    client.estate.drop_after("PowerOnVM_Task")

    with pytest.raises(BROKEN):
        off_vm.PowerOnVM_Task()

    writes = client.estate.writes()
    assert [(call.method, call.entity, call.outcome) for call in writes] == [
        ("PowerOnVM_Task", off_vm._moId, "accepted, answer dropped")
    ]
    assert client.estate.vm(off_vm._moId).power == "poweredOn"


def test_write_dropped_before_it_arrived_was_not_applied(client: Any, off_vm: Any) -> None:
    client.estate.drop_before("PowerOnVM_Task", entity=off_vm.name)

    with pytest.raises(BROKEN):
        off_vm.PowerOnVM_Task()

    assert client.estate.vm(off_vm._moId).power == "poweredOff"


def test_create_whose_answer_was_dropped_is_found_by_its_name(client: Any) -> None:
    spec = vim.vm.ConfigSpec(
        name="half-answered", guestId="otherGuest64", files=vim.vm.FileInfo(vmPathName="[silver-01]")
    )
    folder, pool = client.named(vim.Folder, "Lab"), client.named(vim.ResourcePool, "lab")
    client.estate.drop_after("CreateVM_Task", entity="half-answered")

    with pytest.raises(BROKEN):
        folder.CreateVM_Task(spec, pool)

    assert client.estate.vm("half-answered").folder == "Lab"
    assert client.estate.writes()[-1].argument == "half-answered"


def test_calls_are_counted_by_method(client: Any, vm: Any) -> None:
    client.estate.reset_calls()

    client.done(vm.PowerOffVM_Task())
    for _ in range(3):
        assert vm.name

    calls = client.estate.calls()
    assert (calls["PowerOffVM_Task"], calls["Fetch"] >= 3) == (1, True)


def test_reads_are_not_listed_as_writes(client: Any, vm: Any) -> None:
    client.estate.reset_calls()

    assert vm.name

    assert client.estate.writes() == []


def test_expired_session_meets_not_authenticated(client: Any, vm: Any) -> None:
    client.estate.expire_sessions()

    with pytest.raises(vim.fault.NotAuthenticated):
        vm.name  # noqa: B018  reading a property is a call


def test_dropped_connection_breaks_a_waiting_poll(client: Any, vm: Any) -> None:
    watch = client.watch(vm, "name")
    answer = watch.waiting()
    while not client.estate.calls().get("WaitForUpdatesEx", 0) > 1:
        continue

    client.estate.drop_connections()

    assert isinstance(answer.exception(30), BROKEN)


def test_refused_outage_lasts_until_it_is_over(client: Any, vm: Any) -> None:
    client.estate.outage("refuse")

    with pytest.raises(BROKEN):
        vm.name  # noqa: B018  reading a property is a call
    client.estate.outage("off")

    assert vm.name


def test_black_hole_takes_connections_and_never_answers(estate: Estate) -> None:
    estate.outage("blackhole")

    with socket.create_connection((estate.host, estate.port), timeout=0.5) as connection:
        connection.sendall(b"hello")
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_black_hole_swallows_calls_on_open_connections(client: Any, vm: Any) -> None:
    assert vm.name
    client.estate.outage("blackhole", seconds=0.5)

    began = monotonic()
    with pytest.raises(BROKEN):
        vm.name  # noqa: B018  reading a property is a call

    assert monotonic() - began > 0.3


def test_outage_ends_by_itself(client: Any, vm: Any) -> None:
    client.estate.outage("blackhole", seconds=0.2)
    with pytest.raises(BROKEN):
        vm.name  # noqa: B018  reading a property is a call

    assert vm.name


def test_latency_delays_every_answer(client: Any, vm: Any) -> None:
    client.estate.set_latency(0.2)

    began = monotonic()
    assert vm.name

    assert monotonic() - began >= 0.2


def test_thumbprint_and_ca_file_belong_to_the_certificate(estate: Estate) -> None:
    context = ssl.create_default_context(cafile=estate.ca_file)
    with (
        socket.create_connection((estate.host, estate.port)) as plain,
        context.wrap_socket(plain, server_hostname=estate.host) as secured,
    ):
        seen = hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()

    assert estate.thumbprint.replace(":", "").lower() == seen


def test_certificate_is_not_trusted_without_its_ca_file(estate: Estate) -> None:
    context = ssl.create_default_context()

    with (
        socket.create_connection((estate.host, estate.port)) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(plain, server_hostname=estate.host)


@pytest.mark.parametrize(("user", "password"), [("iaas-bot@sandbox.local", "wrong"), ("nobody", "sandbox")])
def test_wrong_credentials_are_refused(login: Any, user: str, password: str) -> None:
    with pytest.raises(vim.fault.InvalidLogin):
        login(user, password)


def test_call_without_login_is_not_authenticated(client: Any, vm: Any) -> None:
    client.service._stub.cookie = "vmware_soap_session=none"

    with pytest.raises((vim.fault.NotAuthenticated, vmodl.fault.SecurityError)):
        vm.PowerOffVM_Task()


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda estate: estate.vm("no-such-vm"), "no VM is called"),
        (lambda estate: estate.vm("twin-01"), "2 VMs are called"),
        (lambda estate: estate.fail_next("PowerOnVM_Task", "NoSuchFault"), "no fault is called"),
        (lambda estate: estate.fail_next("PowerOnVM_Task", "OptionValue"), "is no fault"),
        (lambda estate: estate.set_task(-1), "seconds is -1"),
        (lambda estate: estate.set_task(1, "NoSuch_Task"), "no method is called"),
        (lambda estate: estate.outage("sideways"), "mode is"),
        (lambda estate: estate.set_datastore("gold-01", free_bytes=10**18), "cannot be free"),
        (lambda estate: estate.set_datastore("bronze-01", free_bytes=1), "no Datastore is called"),
        (lambda estate: estate.set_host("esx-99", maintenance=True), "no HostSystem is called"),
        (lambda estate: estate.set_vm("web-01", custom={"colour": "red"}), "no custom attribute"),
        (lambda estate: estate._post("/load", wm="web-01"), "no JSON of the right form"),
        (lambda estate: estate._post("/nothing"), "the door has no POST /nothing"),
    ],
)
def test_bad_input_at_the_door_is_refused_with_a_hint(estate: Estate, ask: Any, what: str) -> None:
    with pytest.raises(DoorError, match=what) as caught:
        ask(estate)

    assert caught.value.hint
