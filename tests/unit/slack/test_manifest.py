"""The app manifest asks for what the bot uses and for no more."""

import json
from pathlib import Path

MANIFEST = json.loads((Path(__file__).parents[3] / "slack-manifest.json").read_text())


def test_the_manifest_asks_for_six_scopes_and_no_history() -> None:
    assert sorted(MANIFEST["oauth_config"]["scopes"]["bot"]) == [
        "chat:write",
        "commands",
        "files:write",
        "im:write",
        "usergroups:read",
        "users:read",
    ]


def test_the_manifest_needs_no_public_address() -> None:
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert "://" not in json.dumps(MANIFEST)


def test_the_manifest_subscribes_to_what_the_listeners_know() -> None:
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == ["app_home_opened"]
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True
