"""Point 11: our method table against the reference data, and every error that was really answered against its list."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import Workspace
from sandbox.slack.webapi.door import HANDLERS
from sandbox.slack.webapi.methods import BEYOND_THE_LISTS, COMMON_ERRORS, METHODS
from tests.integration.sandbox_slack.conftest import ALL_SCOPES

ROOT = Path(__file__).parents[3]
SPECS = ROOT / "tests" / "data" / "slack" / "slack_method_specs.json"
WEBAPI = ROOT / "sandbox" / "slack"


@pytest.fixture(scope="module")
def specs() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SPECS.read_text(encoding="utf-8"))
    return loaded


def test_every_method_in_the_table_is_served() -> None:
    assert set(METHODS) == set(HANDLERS)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_required_arguments_scopes_and_tier_are_the_references(specs: dict[str, Any], name: str) -> None:
    spec, ours = specs[name], METHODS[name]

    required = set(spec["args"].get("required", [])) - {"token"}

    assert (set(ours.required), set(ours.scopes), ours.tier) == (
        required,
        set(spec["scope"].get("bot", [])),
        spec["tier"],
    )


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_error_code_is_in_the_methods_own_list(specs: dict[str, Any], name: str) -> None:
    listed = set(specs[name]["all_errors"])

    assert set(METHODS[name].errors) - listed - set(BEYOND_THE_LISTS) == set()
    assert set(COMMON_ERRORS) - listed == set()


def test_codes_beyond_the_lists_are_beyond_them_and_have_a_reason(specs: dict[str, Any]) -> None:
    for code, reason in BEYOND_THE_LISTS.items():
        assert any(code not in specs[name]["all_errors"] for name in METHODS)
        assert len(reason) > 40


def test_every_code_in_the_source_belongs_to_a_method_of_the_table() -> None:
    raised = {
        node.args[0].value
        for path in WEBAPI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "SlackError" and node.args
        if isinstance(node.args[0], ast.Constant)
    }
    known = {code for method in METHODS.values() for code in method.errors} | {*COMMON_ERRORS, *BEYOND_THE_LISTS}

    assert len(raised) > 30
    assert raised - known == set()


STRANGE: tuple[dict[str, Any], ...] = (
    {},
    {"channel": "C0NOWHERE"},
    {"channel": "C0GENERAL"},
    {"channel": "C0VMREQ"},
    {"channel": "C0VMREQ", "user": "U0NOBODY", "users": "U0NOBODY", "user_id": "U0NOBODY", "text": "x"},
    {"channel": "C0VMREQ", "ts": "1.0", "message_ts": "1.0", "timestamp": "1.0", "text": "x", "name": "eyes"},
    {"channel": "C0VMREQ", "ts": "1.0", "text": "x", "blocks": "{", "attachments": "{", "user": "U0DANA"},
    {"channel": "C0VMREQ", "text": "x", "user": "U0DANA", "blocks": '[{"type": "nothing"}]'},
    {"channel": "C0VMREQ", "text": "x", "user": "U0DANA", "attachments": '[{"blocks": [{"type": "nothing"}]}]'},
    {"channel": "C0VMREQ", "user": "U0DANA", "text": "x", "markdown_text": "y"},
    {"view": "{", "trigger_id": "1", "view_id": "V0", "user_id": "U0DANA"},
    {"view": '{"type": "modal"}', "trigger_id": "1", "view_id": "V0", "user_id": "U0DANA"},
    {"view": '{"type": "home", "blocks": [{"type": "nothing"}]}', "user_id": "U0DANA"},
    {"email": "nobody@example.com", "usergroup": "S0NONE", "bot": "B0NONE", "cursor": "bogus", "limit": "many"},
    {"length": "0", "filename": "x", "files": "{", "types": "letters"},
    {"length": "many", "filename": "x", "files": '[{"id": "F0"}]', "cursor": "bogus", "channel": "C0VMREQ"},
)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_errors_really_answered_are_in_the_list(specs: dict[str, Any], name: str) -> None:
    with Workspace.start(bot_scopes=ALL_SCOPES) as ws, Workspace.start(bot_scopes=()) as poor:
        token = ws.app_token if METHODS[name].opened_by == "app" else ws.bot_token
        answered = {_error(WebClient(token, base_url=ws.api_url), name, args) for args in STRANGE}
        answered |= {
            _error(WebClient(None, base_url=ws.api_url), name, {}),
            _error(WebClient("xoxb-wrong", base_url=ws.api_url), name, {}),
            _error(WebClient(poor.bot_token, base_url=poor.api_url), name, {}),
        }

    codes = {code for code in answered if code is not None}
    assert {"not_authed", "invalid_auth"} <= codes
    assert codes - set(specs[name]["all_errors"]) - set(BEYOND_THE_LISTS) == set()
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)


def _error(web: WebClient, name: str, args: dict[str, Any]) -> str | None:
    try:
        web.api_call(name, data=dict(args))
    except SlackApiError as refused:
        return str(refused.response["error"])
    return None
