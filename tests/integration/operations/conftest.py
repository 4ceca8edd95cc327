"""A sandbox vCenter, a database of either kind, and one replica for each test: DBOS allows one in a process."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sandbox.vcenter import Estate
from tests.conftest import postgres_bin
from tests.integration.operations.lab import READY_S, Lab, gateway_settings
from vsphere.clock import SystemClock
from vsphere.gateway import Gateway

MakeLab = Callable[..., Lab]


@pytest.fixture(scope="session")
def shared_estate() -> Iterator[Estate]:
    """One estate for all tests; each works on VMs of its own."""
    with Estate.start() as estate:
        yield estate


@pytest.fixture
def estate(shared_estate: Estate) -> Iterator[Estate]:
    """The shared estate with its levers at rest before and after, and calls counted from here."""
    shared_estate.restore()
    shared_estate.reset_calls()
    yield shared_estate
    shared_estate.restore()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A private PostgreSQL on loopback, run by somebody who is not root, since it refuses root."""
    binaries = postgres_bin()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="iaas-pg-"))
    user = _unprivileged()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, port = folder / "data", _free_port()
    _run(user, [str(binaries / "initdb"), "-D", str(data), "-U", "iaas", "-A", "trust", "--no-sync"])
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    _run(user, [*control, "-o", options, "start"])
    yield f"postgresql+psycopg://iaas@127.0.0.1:{port}"
    _run(user, [*control, "-m", "immediate", "stop"])
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A new database on it."""
    name = f"t{os.urandom(6).hex()}"
    admin = sa.create_engine(f"{postgres_server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    yield f"{postgres_server}/{name}"
    with admin.connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))
    admin.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A new SQLite file."""
    return f"sqlite:///{tmp_path / 'iaas.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Either kind, one after the other."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def gateway(estate: Estate) -> Iterator[Gateway]:
    """A ready gateway to the estate."""
    gateway = Gateway(gateway_settings(estate), clock=SystemClock())
    gateway.start()
    assert gateway.wait_ready(READY_S)
    yield gateway
    gateway.close()


@pytest.fixture
def make_lab(estate: Estate, gateway: Gateway) -> Iterator[MakeLab]:
    """Starts a replica; it is drained and closed after the test."""
    made: list[Lab] = []

    def make(database_url: str, **options: Any) -> Lab:
        lab = Lab(estate, gateway, database_url=database_url, **options)
        made.append(lab)
        lab.operations.start()
        return lab

    yield make
    for lab in made:
        lab.operations.drain(10)
        lab.operations.close()


@pytest.fixture
def lab(make_lab: MakeLab, sqlite_url: str) -> Lab:
    """A replica on SQLite."""
    return make_lab(sqlite_url)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to run as; None for oneself."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _run(user: pwd.struct_passwd | None, command: list[str]) -> None:
    if user is None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")
        return
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, cwd="/", user=user.pw_uid, group=user.pw_gid, extra_groups=[]
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
