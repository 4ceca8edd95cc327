"""The program builds where it must, starts with what was asked, and never outlives its parent."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from sandbox.vcenter import BuildError, Estate, binary
from sandbox.vcenter.build import CACHE, go_environment, go_tool, source_hash

ROOT = Path(__file__).parents[3]


def test_binary_is_cached_by_the_hash_of_its_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VCSIM", raising=False)

    built = binary()

    assert built == CACHE / f"sandbox-vcenter-{source_hash()}"
    assert built.stat().st_mtime == binary().stat().st_mtime


def test_given_binary_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VCSIM", sys.executable)

    assert binary() == Path(sys.executable)


def test_given_binary_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VCSIM", str(tmp_path / "nothing"))

    with pytest.raises(BuildError, match="no program"):
        binary()


def test_go_works_without_a_home_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "")

    env = go_environment()

    assert (env["GOTOOLCHAIN"], env["GOCACHE"]) == ("local", str(CACHE / "go/build"))
    asked = subprocess.run([str(go_tool()), "env", "GOMODCACHE"], env=env, check=True, capture_output=True)
    assert asked.stdout.decode().strip() == env["GOMODCACHE"]


def test_several_processes_may_ask_at_once() -> None:
    command = [sys.executable, "-m", "sandbox.vcenter.prepare"]
    asked = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]

    said = [process.communicate(timeout=600)[1].decode().strip().splitlines()[-1] for process in asked]

    assert len(set(said)) == 1
    assert Path(said[0].removeprefix("sandbox: ")).exists()


def test_preparing_says_where_the_program_is_and_nothing_else() -> None:
    command = [sys.executable, "-m", "sandbox.vcenter.prepare"]

    said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)

    assert (said.stdout, said.stderr.decode()) == (b"", f"sandbox: {binary()}\n")


def test_stopped_estate_is_gone_with_its_files() -> None:
    with Estate.start(estate="empty") as estate:
        pid, ca_file = estate.address.pid, estate.ca_file
        assert (estate.running, ca_file.exists(), estate.vms()) == (True, True, [])

    assert (estate.running, psutil.pid_exists(pid), ca_file.exists()) == (False, False, False)


def test_estate_ends_with_its_parent() -> None:
    script = (
        "import os; from sandbox.vcenter import Estate; "
        "print(Estate.start(estate='empty').address.pid, flush=True); os._exit(1)"
    )

    parent = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False)
    child = int(parent.stdout)

    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(child).wait(5)
    assert not psutil.pid_exists(child)


def test_plain_http_has_no_certificate() -> None:
    with Estate.start(estate="empty", tls=False) as estate:
        assert (estate.url.split(":")[0], estate.thumbprint) == ("http", "")


def test_port_can_be_chosen_again_after_a_restart() -> None:
    with Estate.start(estate="empty") as first:
        port = first.port

    with Estate.start(estate="empty", port=port) as second:
        assert second.port == port


def test_live_estate_gives_tasks_their_time() -> None:
    with Estate.start(live=True) as estate:
        estate.set_vm("web-06", power="on")
        assert estate.vm("web-06").tools_running is False  # the guest boots for two seconds


def test_demo_estate_is_what_the_design_says() -> None:
    with Estate.start() as estate:
        seen = estate.estate()

    vms = [vm for vm in seen["vms"] if not vm["template"]]
    assert (len(vms), len(seen["vms"]) - len(vms)) == (42, 3)
    assert len({host["cluster"] for host in seen["hosts"]}) == 2
    assert len(seen["hosts"]) == 8
    assert {store["tier"] for store in seen["datastores"]} == {"gold", "silver"}
    assert len(seen["datastores"]) == 6
    assert {vm["custom"].get("iaas.owner") for vm in vms} == {"U0DANA", "U0ANN", "U0BEN", None}
    assert len({vm["uuid"] for vm in seen["vms"]} | {vm["instance_uuid"] for vm in seen["vms"]}) == 90
    assert [vm["folder"] for vm in vms if vm["name"] == "twin-01"] == ["Finance", "Lab"]
    assert {vm["power"] for vm in vms} == {"poweredOn", "poweredOff"}
    assert {(vm["cpu_hot_add"], vm["memory_hot_add"]) for vm in vms} >= {(True, True), (False, False)}
    assert sum(bool(vm["snapshots"]) for vm in vms) == 2
    assert any(vm["custom"].get("iaas.protected") == "true" for vm in vms)
    assert seen["tasks"] == []


def test_foreground_command_announces_itself_and_ends_with_its_input() -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "sandbox.vcenter", "-estate", "empty"]

    ended = subprocess.run(command, cwd=ROOT, input=b"", capture_output=True, env=environment, check=False)

    assert ended.returncode == 0
    assert b'"control":"http://127.0.0.1:' in ended.stdout


def test_unknown_estate_is_refused_with_what_there_is() -> None:
    command = [str(binary()), "-estate", "moon"]

    ended = subprocess.run(command, input=b"", capture_output=True, check=False)

    assert (ended.returncode, b"use demo or empty" in ended.stderr) == (1, True)
