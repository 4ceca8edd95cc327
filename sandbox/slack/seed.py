"""The demo workspace: who is there, in which channels and groups."""

from typing import Final

from sandbox.slack.model import Channel, Group, User

BOT_USER: Final = "U0BOT"
BOT_ID: Final = "B0BOT"
BOT_NAME: Final = "iaas-bot"
TEAM_NAME: Final = "Sandbox"
TEAM_DOMAIN: Final = "sandbox"
PAGE_PEOPLE: Final = ("U0DANA", "U0ANN", "U0BEN", "U0GUY")

USERS: Final = (
    User(id="U0DANA", name="dana", real_name="Dana Fox", email="dana@example.com", title="Web team"),
    User(id="U0ANN", name="ann", real_name="Ann Berg", email="ann@example.com", title="Approver"),
    User(
        id="U0BEN",
        name="ben",
        real_name="Ben Okoro",
        email="ben@example.com",
        title="Platform",
        is_admin=True,
    ),
    User(
        id="U0GUY",
        name="guy",
        real_name="Guy Moreau",
        email="guy@example.org",
        title="Contractor",
        is_restricted=True,
        is_ultra_restricted=True,
    ),
    User(id="U0SAM", name="sam", real_name="Sam Outside", team_id="T0OTHER", is_stranger=True, tz_offset=0),
    User(id=BOT_USER, name=BOT_NAME, real_name=BOT_NAME, is_bot=True, tz="UTC", tz_offset=0),
    User(id="U0GONE", name="gone", real_name="Gone Person", email="gone@example.com", deleted=True),
)


def users() -> dict[str, User]:
    """Return the people and bots of a fresh workspace by id."""
    return {user.id: user for user in USERS}


def groups() -> dict[str, Group]:
    """Return the user groups of a fresh workspace by id."""
    all_groups = (
        Group(id="S0REQ", handle="vm-users", name="VM users", users=["U0DANA", "U0ANN", "U0BEN"]),
        Group(id="S0APP", handle="vm-approvers", name="VM approvers", users=["U0ANN"]),
        Group(id="S0ADM", handle="vm-admins", name="VM administrators", users=["U0BEN"]),
    )
    return {group.id: group for group in all_groups}


def channels() -> dict[str, Channel]:
    """Return the channels of a fresh workspace by id; the bot's direct messages with everybody included."""
    staff = {"U0DANA", "U0ANN", "U0BEN"}
    rooms = [
        Channel(
            id="C0VMREQ",
            name="vm-requests",
            kind="public",
            topic="Ask for virtual machines here",
            members=staff | {"U0GUY", BOT_USER},
        ),
        Channel(
            id="C0VMAPP",
            name="vm-approvals",
            kind="public",
            topic="Requests that wait for a yes",
            members={"U0ANN", "U0BEN", BOT_USER},
        ),
        Channel(
            id="C0VMALM",
            name="vm-alarms",
            kind="public",
            topic="What turned red, and what the bot does about it",
            members=staff | {BOT_USER},
        ),
        Channel(id="C0GENERAL", name="general", kind="public", topic="Company-wide", members=set(staff)),
        Channel(id="C0OPS", name="ops", kind="private", topic="Platform team only", members={"U0BEN"}),
    ]
    rooms += [
        Channel(id=f"D{user.id[1:]}", name=user.name, kind="im", members={user.id, BOT_USER}, with_user=user.id)
        for user in USERS
        if not user.is_bot and not user.deleted and not user.is_stranger
    ]
    return {room.id: room for room in rooms}
