"""A workspace and a front, connected, for each test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.slack.app import SlackFront, slack_directory
from bot.slack.settings import SlackSettings
from sandbox.slack import Person, Workspace
from tests.integration.slack.office import Dispatcher, Operations
from vsphere.clock import SystemClock


@dataclass(kw_only=True)
class Stage:
    """All that a test looks at."""

    workspace: Workspace
    settings: SlackSettings
    operations: Operations
    dispatcher: Dispatcher
    front: SlackFront
    gave_up: list[str]

    @property
    def dana(self) -> Person:
        """The usual person."""
        return self.workspace.as_user("dana")

    def restart(self) -> None:
        """Another process takes over: nothing of the front's memory is left."""
        self.front.close()
        self.front = _front(self.settings, self.dispatcher, self.operations, self.gave_up)
        self.front.start()
        self.workspace.wait_for_sockets(2)


def _front(settings: SlackSettings, dispatcher: Dispatcher, operations: Operations, gave_up: list[str]) -> SlackFront:
    clock = SystemClock()
    return SlackFront(
        settings=settings,
        dispatcher=dispatcher,
        operations=operations,
        directory=slack_directory(settings, clock),
        clock=clock,
        give_up=gave_up.append,
    )


@pytest.fixture
def staged() -> Iterator[Callable[..., Stage]]:
    """Make a stage; keywords `options` go to the workspace, the rest to the settings."""
    stages: list[Stage] = []

    def make(*, options: dict[str, Any] | None = None, wait: bool = True, **settings: Any) -> Stage:
        workspace = Workspace.start(**(options or {}))
        chosen = SlackSettings(
            read_bot_token=lambda: workspace.bot_token,
            read_app_token=lambda: workspace.app_token,
            api_url=workspace.api_url,
            resync_every_s=0.5,
            strict=True,
        )
        operations = Operations()
        dispatcher = Dispatcher(operations)
        gave_up: list[str] = []
        chosen = replace(chosen, **settings)
        front = _front(chosen, dispatcher, operations, gave_up)
        stage = Stage(
            workspace=workspace,
            settings=chosen,
            operations=operations,
            dispatcher=dispatcher,
            front=front,
            gave_up=gave_up,
        )
        stages.append(stage)
        front.start()
        if wait:
            workspace.wait_for_sockets(2)
        return stage

    yield make
    for stage in stages:
        stage.dispatcher.release.set()
        stage.front.close()
        stage.workspace.stop()


@pytest.fixture
def stage(staged: Callable[..., Stage]) -> Stage:
    """The usual stage."""
    return staged()
