"""A fresh workspace and a raw app for each test, and a pool for people who wait."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.slack import Person, Workspace
from tests.integration.sandbox_slack.rawapp import RawApp

ALL_SCOPES = (
    "commands",
    "chat:write",
    "files:write",
    "users:read",
    "users:read.email",
    "usergroups:read",
    "im:write",
    "im:read",
    "im:history",
    "channels:read",
    "channels:history",
    "groups:read",
    "groups:history",
    "mpim:read",
    "reactions:write",
    "team:read",
    "app_mentions:read",
)
ALL_EVENTS = ("app_home_opened", "app_mention", "message.channels", "message.groups", "message.im")

Later = Callable[..., "Future[Any]"]


@pytest.fixture
def ws() -> Iterator[Workspace]:
    with Workspace.start() as workspace:
        yield workspace


@pytest.fixture
def wide() -> Iterator[Workspace]:
    """A workspace whose app has every scope and event, and small pages."""
    with Workspace.start(bot_scopes=ALL_SCOPES, events=ALL_EVENTS, page_size=2) as workspace:
        yield workspace


@pytest.fixture
def app(ws: Workspace) -> Iterator[RawApp]:
    raw = RawApp(ws)
    yield raw
    raw.close()


@pytest.fixture
def wide_app(wide: Workspace) -> Iterator[RawApp]:
    raw = RawApp(wide)
    yield raw
    raw.close()


@pytest.fixture
def dana(ws: Workspace) -> Person:
    return ws.as_user("dana")


@pytest.fixture
def later() -> Iterator[Later]:
    with ThreadPoolExecutor(8) as pool:
        yield pool.submit
