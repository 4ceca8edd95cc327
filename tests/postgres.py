"""A private PostgreSQL for tests, on loopback, and databases on it. Fixtures: import them in a folder's conftest."""

import os
import pwd
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import postgres_bin


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A private PostgreSQL for all tests."""
    with running_server() as server:
        yield server


@contextmanager
def running_server() -> Iterator[str]:
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
    try:
        yield f"postgresql+psycopg://iaas@127.0.0.1:{port}"
    finally:
        _run(user, [*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A new database on it."""
    with new_database(postgres_server) as url:
        yield url


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """A database that goes again; its url."""
    name = f"t{os.urandom(6).hex()}"
    # No pool: the server may have been away since the database was made.
    admin = sa.create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    yield f"{server}/{name}"
    with admin.connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))


@contextmanager
def stopped(server: str) -> Iterator[None]:
    """The server is away for this while, and whoever was connected is cut off."""
    admin = sa.create_engine(f"{server}/postgres")
    with admin.connect() as connection:
        data = Path(connection.execute(sa.text("show data_directory")).scalar_one())
    admin.dispose()
    binaries, user = postgres_bin(), _unprivileged()
    assert binaries is not None
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    _, *options = shlex.split((data / "postmaster.opts").read_text())
    _run(user, [*control, "-m", "immediate", "stop"])
    try:
        yield
    finally:
        _run(user, [*control, "-l", str(data.parent / "log"), "-o", shlex.join(options), "start"])


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
