"""The methods that the sandbox serves: required arguments, scopes, tier and the error codes it can answer.

Facts from Slack's method reference; a test holds this table against the reference data and against what is emitted.
"""

from dataclasses import dataclass
from typing import Final, Literal

COMMON_ERRORS: Final = (
    "fatal_error",
    "invalid_form_data",
    "invalid_post_type",
    "missing_scope",
    "not_allowed_token_type",
    "not_authed",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "unknown_method",
)

BEYOND_THE_LISTS: Final = {
    "invalid_auth": "Slack answers an unknown token so at every method, though few of its lists say it",
    "invalid_arguments": "Slack's schema check answers so before a method runs, with response_metadata.messages",
}

JSON_ARGUMENTS: Final = frozenset({"blocks", "attachments", "view", "metadata", "files", "message", "unfurls"})
"""The only fields that may be JSON inside a form."""

_READ_CHANNELS: Final = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY: Final = ("channels:history", "groups:history", "im:history", "mpim:history")
_MANAGE_CHANNELS: Final = ("channels:manage", "groups:write", "im:write", "mpim:write")
_CONTENT_ERRORS: Final = ("invalid_blocks", "invalid_blocks_format", "markdown_text_conflict", "no_text")
_TRIGGER_ERRORS: Final = ("exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id")
_VIEW_ERRORS: Final = ("duplicate_external_id", "view_too_large")


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """What the reference says of one method."""

    required: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    """Any one of them opens the method; which one counts can depend on the kind of channel."""
    tier: str | None
    errors: tuple[str, ...] = ()
    """Beside the common ones."""
    opened_by: Literal["bot", "app"] = "bot"
    reads: bool = False
    """Whether GET is the usual verb."""


METHODS: Final[dict[str, Method]] = {
    "auth.test": Method(tier="t5", reads=True),
    "apps.connections.open": Method(tier="t3", opened_by="app"),
    "chat.postMessage": Method(
        tier="t5",
        required=("channel",),
        scopes=("chat:write",),
        errors=(*_CONTENT_ERRORS, "channel_not_found", "not_in_channel", "is_archived", "too_many_attachments"),
    ),
    "chat.postEphemeral": Method(
        tier="t4",
        required=("user", "channel"),
        scopes=("chat:write",),
        errors=(
            *_CONTENT_ERRORS,
            "channel_not_found",
            "not_in_channel",
            "is_archived",
            "user_not_in_channel",
            "invalid_attachments",
            "too_many_attachments",
        ),
    ),
    "chat.update": Method(
        tier="t3",
        required=("ts", "channel"),
        scopes=("chat:write",),
        errors=(
            *_CONTENT_ERRORS,
            "channel_not_found",
            "message_not_found",
            "cant_update_message",
            "msg_too_long",
            "is_inactive",
            "invalid_attachments",
            "too_many_attachments",
        ),
    ),
    "chat.delete": Method(
        tier="t3",
        required=("ts", "channel"),
        scopes=("chat:write",),
        errors=("channel_not_found", "message_not_found", "cant_delete_message"),
    ),
    "chat.getPermalink": Method(
        tier="t5", required=("channel", "message_ts"), errors=("channel_not_found", "message_not_found"), reads=True
    ),
    "views.open": Method(tier="t4", required=("view",), errors=(*_TRIGGER_ERRORS, *_VIEW_ERRORS)),
    "views.push": Method(
        tier="t4",
        required=("view",),
        errors=(*_TRIGGER_ERRORS, *_VIEW_ERRORS, "not_found", "push_limit_reached"),
    ),
    "views.update": Method(tier="t4", required=("view",), errors=(*_VIEW_ERRORS, "not_found", "hash_conflict")),
    "views.publish": Method(tier="t4", required=("user_id", "view"), errors=(*_VIEW_ERRORS, "hash_conflict")),
    "users.info": Method(tier="t4", required=("user",), scopes=("users:read",), errors=("user_not_found",), reads=True),
    "users.list": Method(tier="t2", scopes=("users:read",), errors=("invalid_cursor",), reads=True),
    "users.lookupByEmail": Method(
        tier="t3", required=("email",), scopes=("users:read.email",), errors=("users_not_found",), reads=True
    ),
    "usergroups.list": Method(tier="t2", scopes=("usergroups:read",), reads=True),
    "usergroups.users.list": Method(
        tier="t2", required=("usergroup",), scopes=("usergroups:read",), errors=("no_such_subteam",), reads=True
    ),
    "conversations.open": Method(
        tier="t3",
        scopes=_MANAGE_CHANNELS,
        errors=("channel_not_found", "user_not_found", "users_list_not_supplied", "too_many_users", "user_disabled"),
    ),
    "conversations.info": Method(
        tier="t3", required=("channel",), scopes=_READ_CHANNELS, errors=("channel_not_found",), reads=True
    ),
    "conversations.list": Method(
        tier="t2", scopes=_READ_CHANNELS, errors=("invalid_cursor", "invalid_types"), reads=True
    ),
    "conversations.members": Method(
        tier="t4",
        required=("channel",),
        scopes=_READ_CHANNELS,
        errors=("channel_not_found", "invalid_cursor"),
        reads=True,
    ),
    "conversations.history": Method(
        tier="t3",
        required=("channel",),
        scopes=_HISTORY,
        errors=("channel_not_found", "not_in_channel", "invalid_cursor"),
        reads=True,
    ),
    "files.getUploadURLExternal": Method(
        tier="t4", required=("length", "filename"), scopes=("files:write",), reads=True
    ),
    "files.completeUploadExternal": Method(
        tier="t4",
        required=("files",),
        scopes=("files:write",),
        errors=("file_not_found", "channel_not_found", "not_in_channel", "invalid_blocks"),
    ),
    "reactions.add": Method(
        tier="t3",
        required=("name", "timestamp", "channel"),
        scopes=("reactions:write",),
        errors=("channel_not_found", "message_not_found", "already_reacted", "invalid_name", "is_archived"),
    ),
    "team.info": Method(tier="t3", scopes=("team:read",), reads=True),
    "bots.info": Method(tier="t3", scopes=("users:read",), errors=("bot_not_found",), reads=True),
    "blocks.validate": Method(tier=None, errors=("invalid_blocks", "invalid_message", "invalid_view"), reads=True),
}
