"""Slack's Web API and response_url as one call with three kinds of failure; everything passes the gate here."""

from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Final
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import WebClient
from slack_sdk.webhook import WebhookClient

from bot.blocks.gate import Surface, check, rescue
from bot.blocks.slash import with_command
from bot.slack.parcel import Call
from bot.slack.settings import SlackSettings

_TIMEOUT_S: Final = 10
_LIMITED: Final = HTTPStatus.TOO_MANY_REQUESTS
_SERVER: Final = HTTPStatus.INTERNAL_SERVER_ERROR
_AGAIN: Final = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org", "ratelimited"}
)
"""Slack's own failures: the same call may pass later."""
_NEW_TOKEN: Final = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_expired", "token_revoked"})
"""The token is being changed: it is read anew at each call, and what people wait for must not be lost meanwhile."""
_RETRY_AFTER_S: Final = 5.0
_NETWORK: Final = (URLError, HTTPException, OSError, TimeoutError)


class RefusedError(Exception):
    """Slack will never take this call."""

    hint = "See the error code in Slack's reference of the method."

    def __init__(self, method: str, code: str, detail: str = "") -> None:
        super().__init__(f"{method}: {code} {detail}".strip())
        self.code = code


class UnreachableError(Exception):
    """Slack did not answer, or failed itself; later it may."""

    hint = "Nothing to do; it is tried again."


class RateLimitedError(UnreachableError):
    """Slack wants a pause."""

    def __init__(self, method: str, retry_after_s: float) -> None:
        super().__init__(f"{method}: rate limited for {retry_after_s:.0f} s")
        self.retry_after_s = retry_after_s


class Web:
    """Stateless, so any thread may call. The token is read for each call and kept nowhere."""

    def __init__(self, *, settings: SlackSettings) -> None:
        self._api_url = settings.api_url
        self._read_token = settings.read_bot_token
        self._command = settings.command
        self._gate = check if settings.strict else rescue

    def call(self, call: Call) -> Mapping[str, Any]:
        """Do one call once.

        Returns:
            Slack's answer; empty for a response_url.

        Raises:
            RefusedError: Slack will never take it.
            RateLimitedError: it has to wait.
            UnreachableError: Slack is away, or the answer got lost.
            BlockError: the gate refuses it (strict only).
        """
        arguments = self._checked(with_command(call.arguments, self._command), call.method)
        try:
            if call.method == "response_url":
                return self._respond(arguments)
            if call.method == "files":
                return _data(self._client().files_upload_v2(**arguments))
            return _data(self._client().api_call(call.method, json=dict(arguments)))
        except SlackApiError as error:
            raise _failure(call.method, error) from error
        except (SlackClientError, *_NETWORK) as error:
            raise UnreachableError(f"{call.method}: {error!r}") from error

    def get(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Read something once; the same failures as `call`."""
        try:
            return _data(self._client().api_call(method, params=dict(arguments)))
        except SlackApiError as error:
            raise _failure(method, error) from error
        except (SlackClientError, *_NETWORK) as error:
            raise UnreachableError(f"{method}: {error!r}") from error

    def _client(self) -> WebClient:
        # Retries are the outbox's: the SDK would sleep in this thread, or post a second time.
        return WebClient(token=self._read_token(), base_url=self._api_url, timeout=_TIMEOUT_S, retry_handlers=[])

    def _respond(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        body = {key: value for key, value in arguments.items() if key != "url"}
        answer = WebhookClient(arguments["url"], timeout=_TIMEOUT_S, retry_handlers=[]).send_dict(body)
        if answer.status_code == _LIMITED:
            raise RateLimitedError("response_url", _seconds(answer.headers))
        if answer.status_code >= _SERVER:
            raise UnreachableError(f"response_url: {answer.status_code}")
        if answer.status_code != HTTPStatus.OK or '"ok":false' in answer.body:
            raise RefusedError("response_url", "used_or_expired", f"{answer.status_code} {answer.body[:200]}")
        return {}

    def _checked(self, arguments: Mapping[str, Any], method: str) -> Mapping[str, Any]:
        if "view" in arguments:
            surface = Surface.HOME if method == "views.publish" else Surface.MODAL
            return {**arguments, "view": self._gate(arguments["view"], surface)}
        return self._gate(arguments, Surface.MESSAGE) if "text" in arguments else arguments


def _data(response: Any) -> Mapping[str, Any]:  # noqa: ANN401  SlackResponse, whose data is bytes for a file alone
    data = response.data
    return data if isinstance(data, dict) else {}


def _failure(method: str, error: SlackApiError) -> Exception:
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or 0)
    data = _data(response) if hasattr(response, "data") else {}
    code = str(data.get("error") or f"http_{status}")
    if status == _LIMITED or code == "ratelimited":
        return RateLimitedError(method, _seconds(getattr(response, "headers", {})))
    if status >= _SERVER or code in _AGAIN | _NEW_TOKEN:
        return UnreachableError(f"{method}: {code}")
    return RefusedError(method, code, "; ".join(data.get("response_metadata", {}).get("messages", [])))


def _seconds(headers: Mapping[str, Any]) -> float:
    found: Any = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    value = found[0] if isinstance(found, list) and found else found
    try:
        return max(1.0, float(value))
    except (TypeError, ValueError):
        return _RETRY_AFTER_S
