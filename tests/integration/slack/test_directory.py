"""Who somebody is in Slack at this moment: what changed there is seen, what can't be asked is no."""

from collections.abc import Iterator

import pytest

from bot.slack.app import slack_directory
from bot.slack.directory import GROUPS_FOR_S, PERSON_FOR_S, SlackDirectory
from bot.slack.settings import SlackSettings
from operations.model import Actor
from sandbox.slack import Workspace
from vsphere.clock import SystemClock


class Minutes(SystemClock):
    """A clock that a test sets forward."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return super().monotonic() + self.ahead_s


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with Workspace.start() as workspace:
        yield workspace


@pytest.fixture
def clock() -> Minutes:
    return Minutes()


@pytest.fixture
def directory(workspace: Workspace, clock: Minutes) -> Iterator[SlackDirectory]:
    """A directory that remembers nothing yet; dana is in her group again after the test."""
    settings = SlackSettings(
        read_bot_token=lambda: workspace.bot_token,
        read_app_token=lambda: workspace.app_token,
        api_url=workspace.api_url,
        strict=True,
    )
    yield slack_directory(settings, clock)
    workspace.faults.clear()
    workspace.set_user("U0DANA", "dana", "Dana Fox")
    workspace.set_group("S0REQ", ["U0DANA", "U0ANN", "U0BEN"], handle="vm-users")


def look_up(directory: SlackDirectory, who: str = "U0DANA", *, fresh: bool = False) -> Actor:
    found = directory.look_up(who, fresh=fresh)
    assert found is not None
    return found


def test_a_person_has_the_groups_by_id_and_handle(directory: SlackDirectory) -> None:
    assert look_up(directory).groups == {"S0REQ", "vm-users", "@vm-users"}
    assert look_up(directory, "U0GUY").is_guest
    assert look_up(directory, "U0SAM").is_stranger


def test_only_whoever_may_use_the_bot_can_be_asked_and_where_slack_is_silent_anybody(
    directory: SlackDirectory, workspace: Workspace
) -> None:
    people = ("U0DANA", "U0GUY", "U0SAM", "U0NOBODY")

    assert [directory.can_answer(one) for one in people] == [True, False, False, False]
    workspace.faults.method_fails("users.info", times=1000, status=500)
    assert directory.can_answer("U0NOBODY")


def test_somebody_taken_out_of_a_group_is_out_after_a_minute_and_at_once_for_an_approvers_click(
    directory: SlackDirectory, workspace: Workspace, clock: Minutes
) -> None:
    assert "S0REQ" in look_up(directory).groups
    workspace.set_group("S0REQ", ["U0ANN"])

    remembered, anew = look_up(directory), look_up(directory, fresh=True)
    workspace.set_group("S0REQ", ["U0DANA"])
    clock.ahead_s = GROUPS_FOR_S

    assert ("S0REQ" in remembered.groups, "S0REQ" in anew.groups) == (True, False)
    assert "S0REQ" in look_up(directory).groups


def test_a_renamed_group_is_known_by_its_new_handle_and_its_id(directory: SlackDirectory, workspace: Workspace) -> None:
    workspace.set_group("S0REQ", ["U0DANA"], handle="vm-people")

    assert look_up(directory).groups == {"S0REQ", "vm-people", "@vm-people"}


def test_a_disabled_group_holds_nobody(directory: SlackDirectory, workspace: Workspace) -> None:
    workspace.faults.pull("group", id="S0REQ", disabled=True)

    assert look_up(directory).groups == frozenset()


def test_a_deactivated_person_is_nobody_within_a_minute(
    directory: SlackDirectory, workspace: Workspace, clock: Minutes
) -> None:
    assert look_up(directory).name == "dana"
    workspace.set_user("U0DANA", "dana", "Dana Fox", deleted=True)
    clock.ahead_s = PERSON_FOR_S

    assert directory.look_up("U0DANA") is None


def test_a_member_who_became_a_guest_is_one_at_the_next_click(directory: SlackDirectory, workspace: Workspace) -> None:
    assert not look_up(directory).is_guest
    workspace.set_user("U0DANA", "dana", "Dana Fox", is_restricted=True)

    assert look_up(directory, fresh=True).is_guest


@pytest.mark.parametrize("method", ["users.info", "usergroups.list"])
@pytest.mark.parametrize("fault", [{"status": 500}, {"error": "missing_scope"}, {"error": "ratelimited"}])
def test_who_can_not_be_asked_for_is_nobody_even_where_something_is_remembered(
    directory: SlackDirectory, workspace: Workspace, method: str, fault: dict[str, object]
) -> None:
    look_up(directory)
    workspace.faults.pull("method", method=method, **fault)

    assert directory.look_up("U0DANA", fresh=True) is None


@pytest.mark.parametrize("who", ["U0NOBODY", "U0GONE", "U0BOT", ""])
def test_somebody_who_is_not_there_is_nobody(directory: SlackDirectory, who: str) -> None:
    assert directory.look_up(who) is None
