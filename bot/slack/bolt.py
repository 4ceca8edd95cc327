"""Bolt between the sockets and the listeners: its routing and middleware, without its threads and its network calls.

`process_before_response`: the listeners are so short that they run in the socket runner's own pool. That spares
Bolt's 10 ms poll and its race, where an exception right after `ack()` loses the ack.
"""

import json
import re
from concurrent.futures import Executor
from typing import Any, Final

import structlog
from slack_bolt import Ack, App, BoltContext, BoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.blocks.slash import with_command
from bot.slack.envelope import Envelope, Json
from bot.slack.listeners import Listeners
from bot.slack.settings import SlackSettings

log = structlog.get_logger(__name__)

_ENVELOPE: Final = "iaas_envelope"
_ANY: Final = re.compile(".*", re.DOTALL)
_OK: Final = 200


class BoltFront:
    """See the module."""

    def __init__(self, *, settings: SlackSettings, listeners: Listeners, executor: Executor) -> None:
        self._listeners = listeners
        self._command = settings.command
        self._app = App(
            name="iaas-bot",
            authorize=_authorize,
            process_before_response=True,
            listener_executor=executor,
            token_verification_enabled=False,
            request_verification_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
            ignoring_self_events_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        self._app.command(settings.command)(self._listen)
        self._app.action({"type": "block_actions", "action_id": _ANY})(self._listen)
        self._app.view(_ANY)(self._listen)
        self._app.view_closed(_ANY)(self._listen)
        self._app.event(_ANY)(self._listen)

    def handle(self, envelope: Envelope) -> Json:
        """See `Handle`."""
        try:
            request = BoltRequest(mode="socket_mode", body=dict(envelope.body), context={_ENVELOPE: envelope})
            response = self._app.dispatch(request)
            if response.status != _OK:
                log.error("slack.delivery.unhandled", kind=envelope.kind, status=response.status)
                return {}
            payload = json.loads(response.body) if response.body else {}
        except Exception:  # the ack goes out whatever happens: without it the person sees an error
            log.exception("slack.delivery.crashed", kind=envelope.kind)
            return {}
        return with_command(payload, self._command) if isinstance(payload, dict) else {}

    def _listen(self, ack: Ack, context: BoltContext) -> None:
        payload = self._listeners.take(context[_ENVELOPE])
        if payload:
            ack(dict(payload))
        else:
            ack()


def _authorize(**_context: Any) -> AuthorizeResult:  # noqa: ANN401  Bolt passes what it has
    """Bolt wants a token at hand, but no listener calls Slack through it: the outbox does."""
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-unused")  # noqa: S106  no token
