"""Way (b): govc, built from a ten-line main over govmomi's own command packages, once per state of its sources."""

import fcntl
import hashlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from sandbox.vcenter import Estate
from sandbox.vcenter.build import BUILD_TIMEOUT_S, CACHE, go_environment, go_tool

SOURCES: Final = Path(__file__).parent / "govc"


class GovcError(Exception):
    """govc could not be built, or said no."""

    hint = "Run `make setup`, which brings Go, and try again."


class Govc:
    """A built govc with a login of its own to one vCenter, kept between commands as govc does by default."""

    def __init__(self, estate: Estate, *, home: Path) -> None:
        self._program = binary()
        self._environment = {
            **os.environ,
            "GOVC_URL": estate.url,
            "GOVC_USERNAME": estate.username,
            "GOVC_PASSWORD": estate.password,
            "GOVC_TLS_CA_CERTS": str(estate.ca_file),
            "GOVMOMI_HOME": str(home),
        }
        # The first login is not part of what is measured: govc keeps its session in a file.
        self._run("about")

    def power_on(self, name: str) -> None:
        """Power a VM on and wait for the task.

        Raises:
            GovcError: it failed.
        """
        self._run("vm.power", "-on", name)

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603  the program is ours, the arguments too
            [str(self._program), *arguments], env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise GovcError(f"govc {' '.join(arguments)} failed: {done.stderr.strip()}")


def binary() -> Path:
    """The built program; builds it first when its sources changed.

    Raises:
        GovcError: the build failed.
        BuildError: there is no Go.
    """
    digest = hashlib.sha256(b"".join((SOURCES / name).read_bytes() for name in ("go.mod", "go.sum", "main.go")))
    target = CACHE / f"bench-govc-{digest.hexdigest()[:16]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "bench-govc.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            _build(target)
    return target


def _build(target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        made = Path(scratch) / "govc"
        done = subprocess.run(  # noqa: S603  the program is the Go that the project installed
            [str(go_tool()), "build", "-buildvcs=false", "-o", str(made), "."],
            cwd=SOURCES,
            env=go_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=BUILD_TIMEOUT_S,
        )
        if done.returncode:
            raise GovcError(f"the build of govc failed: {done.stderr.strip()}")
        made.replace(target)
