"""Builds the sandbox's vCenter with Go, once per state of its sources; `python -m sandbox.vcenter.prepare` by hand."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parent
CACHE: Final = Path(__file__).parents[2] / ".cache"
BUILD_TIMEOUT_S: Final = 900
"""A first build fetches and compiles all of govmomi; on a slow machine that takes minutes."""

KEPT: Final = 3
"""How many builds stay in the cache: each is some 25 MB, and branches alternate."""

_SCRATCH: Final = "building-"
_SAID_MOST: Final = 2000
"""Characters of Go's complaint that a failure repeats; the end of it names the cause."""


class BuildError(Exception):
    """The sandbox's vCenter could not be built."""

    hint = (
        "Run `make setup`, which brings Go (and let Go reach its modules once), or set VCSIM to a binary that is built "
        "already."
    )


def binary() -> Path:
    """Give the path of the built program, building it first when its sources changed.

    The environment's VCSIM names a binary to use instead. Safe to call from several processes at once.

    Raises:
        BuildError: there is no Go, or the build failed.
    """
    given = os.environ.get("VCSIM")
    if given:
        return _existing(Path(given))
    target = _target()
    if target.exists():
        return target
    CACHE.mkdir(parents=True, exist_ok=True)
    with _locked(CACHE / "sandbox-vcenter.lock"):
        # Somebody else may have built meanwhile, and somebody may be editing.
        while not (target := _target()).exists():
            _build(target)
        _forget_old()
    return target


def _target() -> Path:
    return CACHE / f"sandbox-vcenter-{source_hash()}"


def source_hash() -> str:
    """Give a short hash of everything that the binary is made of."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.glob("*")):
        if path.name in {"go.mod", "go.sum"} or (path.suffix == ".go" and not path.stem.endswith("_test")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def go_tool() -> Path:
    """Find Go: beside this Python first, then on PATH.

    Raises:
        BuildError: there is none.
    """
    beside = Path(sys.executable).parent / "go"
    if beside.exists():
        return beside
    found = shutil.which("go")
    if found is None:
        raise BuildError(f"there is no Go beside {sys.executable} and none on PATH")
    return Path(found)


def go_environment() -> dict[str, str]:
    """Give an environment in which Go works without a home directory and never fetches another toolchain."""
    env = dict(os.environ)
    env.update(GOTOOLCHAIN="local", GOFLAGS="-mod=readonly", CGO_ENABLED="0")
    if not env.get("HOME"):
        own = CACHE / "go"
        env.setdefault("GOPATH", str(own / "path"))
        env.setdefault("GOCACHE", str(own / "build"))
        env.setdefault("GOMODCACHE", str(own / "path/pkg/mod"))
        env["HOME"] = str(own)
    return env


def say(text: str) -> None:
    """Tell the person who waits; on stderr, because stdout belongs to the program."""
    print(f"sandbox: {text}", file=sys.stderr, flush=True)  # noqa: T201  progress for the person who waits


def _existing(path: Path) -> Path:
    if not os.access(path, os.X_OK):
        raise BuildError(f"VCSIM is {str(path)!r}, which is no program")
    return path


def _build(target: Path) -> None:
    go = go_tool()
    say(f"building the sandbox's vCenter with {go} (the first time takes a minute or two)")
    for left in CACHE.glob(f"{_SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)  # of a build that was killed; ours is the only one that may run
    with tempfile.TemporaryDirectory(dir=CACHE, prefix=_SCRATCH, ignore_cleanup_errors=True) as scratch:
        made = Path(scratch) / "program"
        command = [str(go), "build", "-buildvcs=false", "-o", str(made), "."]
        try:
            subprocess.run(  # noqa: S603  the command is ours, the program is the Go that the project installed
                command,
                cwd=SOURCES,
                env=go_environment(),
                check=True,
                timeout=BUILD_TIMEOUT_S,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        except subprocess.CalledProcessError as failure:
            raise BuildError(f"the build failed: {failure.stdout.strip()[-_SAID_MOST:]}") from failure
        except (OSError, subprocess.SubprocessError) as failure:
            raise BuildError(f"the build failed: {failure}") from failure
        if target == _target():
            made.replace(target)
            say(f"built {target.name}")


def _forget_old() -> None:
    built = sorted(CACHE.glob("sandbox-vcenter-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in built[KEPT:]:
        old.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)
