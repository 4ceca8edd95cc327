"""Message metadata: posted, kept by an update that does not name it, replaced and removed by one that does."""

from typing import Any

import pytest
from slack_sdk.web import WebClient

from sandbox.slack import Workspace

FIRST = {"event_type": "card", "event_payload": {"state": "queued"}}
SECOND = {"event_type": "card", "event_payload": {"state": "done"}}


@pytest.mark.parametrize(
    ("named", "left"),
    [({}, FIRST), ({"metadata": SECOND}, SECOND), ({"metadata": {}}, None)],
    ids=["not named stays", "named replaces", "empty removes"],
)
def test_update_treats_metadata_as_slack_does(named: dict[str, Any], left: dict[str, Any] | None) -> None:
    with Workspace.start() as ws:
        client = WebClient(token=ws.bot_token, base_url=ws.api_url)
        posted = client.chat_postMessage(channel="C0VMREQ", text="first", metadata=FIRST)

        client.chat_update(channel="C0VMREQ", ts=posted["ts"], text="second", **named)

        (message,) = ws.as_user("dana").messages("#vm-requests")
        assert (message.text, message.raw.get("metadata")) == ("second", left)
