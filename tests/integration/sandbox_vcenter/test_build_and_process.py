"""The program builds where it must, starts with what was asked, and never outlives its parent."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from sandbox.vcenter import BuildError, Estate, StartError, binary, build
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
        psutil.Process(child).wait(30)
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


def test_two_estates_at_once_know_nothing_of_each_other() -> None:
    with Estate.start(estate="empty") as first, Estate.start() as second:
        second.set_vm("web-01", name="only-here")

        assert first.vms() == []
        assert {first.port, first.control}.isdisjoint({second.port, second.control})
        assert second.vm("only-here").folder == "Web"


def test_used_port_is_told_in_words() -> None:
    with Estate.start(estate="empty") as first, pytest.raises(StartError, match=r"listen on .*address already in use"):
        Estate.start(estate="empty", port=first.port)


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"vms": -1}, "-vms is -1"), ({"task_seconds": -1}, "-task-seconds is -1"), ({"estate": "moon"}, "-estate is")],
)
def test_impossible_start_is_told_in_words(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(StartError, match=words):
        Estate.start(**asked)


def test_program_that_is_no_vcenter_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VCSIM", "/bin/echo")

    with pytest.raises(StartError, match="which is no address"):
        Estate.start()


def test_estate_ends_with_a_parent_that_is_killed() -> None:
    script = (
        "import time; from sandbox.vcenter import Estate; "
        "print(Estate.start(vms=2000).address.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    with parent, parent.stdout or io.BytesIO() as said:
        child = psutil.Process(int(said.readline()))
        parent.kill()

    child.wait(30)
    assert not child.is_running()


def test_signal_at_once_after_the_start_leaves_no_files() -> None:
    for _ in range(5):
        estate = Estate.start(estate="empty")
        estate.stop()
        assert not estate.ca_file.exists()


def test_files_of_a_killed_estate_go_with_the_next_start() -> None:
    killed = Estate.start(estate="empty")
    left = killed.ca_file
    psutil.Process(killed.address.pid).kill()
    killed.wait()
    killed.stop()
    assert left.exists()

    with Estate.start(estate="empty"):
        assert not left.exists()


def copy_of_the_sources(where: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sources and a cache of the test's own; gives the cache."""
    sources, cache = where / "sources", where / "cache"
    sources.mkdir()
    for source in build.SOURCES.glob("*.go"):
        shutil.copy(source, sources)
    for name in ("go.mod", "go.sum"):
        shutil.copy(build.SOURCES / name, sources)
    monkeypatch.delenv("VCSIM", raising=False)
    monkeypatch.setattr(build, "SOURCES", sources)
    monkeypatch.setattr(build, "CACHE", cache)
    return cache


def test_no_go_at_all_is_told_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cache = copy_of_the_sources(tmp_path, monkeypatch)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BuildError, match=r"there is no Go beside .* and none on PATH") as caught:
        binary()

    assert "make setup" in caught.value.hint
    assert list(cache.glob("sandbox-vcenter-*")) == []


def test_sources_that_do_not_compile_leave_nothing_in_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache = copy_of_the_sources(tmp_path, monkeypatch)
    (build.SOURCES / "main.go").write_text("package main\n\nfunc main() { nonsense }\n")

    with pytest.raises(BuildError, match=r"the build failed: (.|\n)*main.go:3:\d+: .*nonsense"):
        binary()

    assert {path.name for path in cache.iterdir()} == {"sandbox-vcenter.lock"}


def test_killed_build_is_cleaned_up_by_the_next(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cache = copy_of_the_sources(tmp_path, monkeypatch)
    for source in build.SOURCES.glob("*.go"):
        source.unlink()
    (build.SOURCES / "main.go").write_text("package main\n\nfunc main() {}\n")
    left = cache / "building-killed"
    left.mkdir(parents=True)
    (left / "program").write_bytes(b"half a program")

    built = binary()

    assert not left.exists()
    assert subprocess.run([built], check=True).returncode == 0
    assert built.parent == cache


def test_sources_that_change_during_a_build_are_built_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cache = copy_of_the_sources(tmp_path, monkeypatch)
    for source in build.SOURCES.glob("*.go"):
        source.unlink()
    main = build.SOURCES / "main.go"
    main.write_text("package main\n\nfunc main() {}\n")
    stale = source_hash()
    fake = tmp_path / "python"
    go = tmp_path / "go"
    # Edits the sources while the first build runs, as a person does.
    go.write_text(
        f"#!/bin/sh\n{go_tool()} \"$@\"; code=$?\necho '// edited' >>'{main}.new'\n[ -e '{main}.done' ] || {{\n"
        f"cat '{main}.new' >>'{main}'; touch '{main}.done'; }}\nexit $code\n"
    )
    go.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(fake))

    built = binary()

    assert built == cache / f"sandbox-vcenter-{source_hash()}"
    assert source_hash() != stale
    assert not (cache / f"sandbox-vcenter-{stale}").exists()
