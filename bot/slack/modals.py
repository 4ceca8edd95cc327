"""Modals and the Home tab: sent at once and past the queue, because a trigger lives three seconds."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from bot.blocks.elements import Json
from bot.blocks.gate import BlockError
from bot.slack.outbox import Outbox
from bot.slack.parcel import Call, fixed
from bot.slack.web import RefusedError, UnreachableError, Web
from bot.views.home import home
from operations.model import Operation

log = structlog.get_logger(__name__)

_TRIES: Final = 2
_ACK_WITHIN_S: Final = 3.0
"""Slack takes no answer to a submission after that."""
_LOOK_EVERY_S: Final = 0.25
_ANSWERED: Final = "hash_conflict"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenView:
    """A view as a delivery showed it."""

    id: str
    hash: str
    """Changes with the view's content."""


class Modals:
    """Views of one workspace."""

    def __init__(self, *, web: Web, outbox: Outbox) -> None:
        self._web = web
        self._outbox = outbox

    def open(self, trigger: str | None, view: Json) -> str | None:
        """Open a modal now; its id, or None where Slack did not open it."""
        return self._now(Call(method="views.open", arguments={"trigger_id": trigger, "view": view}))

    def update(self, view_id: str, view: Json) -> None:
        """Put other content into an open modal; a closed one is left alone."""
        self._now(Call(method="views.update", arguments={"view_id": view_id, "view": view}))

    def update_acked(self, form: OpenView, view: Json) -> None:
        """Put other content into a form whose submission is being answered by an update of its own.

        Slack may take that answer later than this call, and the later one stays. So the content is put under the
        condition that nothing else has been, and put again once something has: then that was the answer.
        """
        known, pause = form.hash, threading.Event()
        for _ in range(round(_ACK_WITHIN_S / _LOOK_EVERY_S)):
            pause.wait(_LOOK_EVERY_S)
            arguments = {"view_id": form.id, "view": view, "hash": known}
            try:
                known = str(self._web.call(Call(method="views.update", arguments=arguments))["view"]["hash"])
            except (RefusedError, BlockError) as error:
                if isinstance(error, RefusedError) and error.code == _ANSWERED:
                    break
                log.warning("slack.view.refused", method="views.update", reason=str(error))
                return
            except UnreachableError as error:
                log.warning("slack.view.failed", method="views.update", reason=str(error))
        else:
            return
        self.update(form.id, view)

    def publish_home(self, user: str, operations: Sequence[Operation], now: datetime) -> None:
        """Draw the person's Home tab as soon as the limits allow."""
        view = home(operations, now)
        call = Call(method="views.publish", arguments={"user_id": user, "view": view})
        self._outbox.put(fixed(f"home:{user}", call))

    def _now(self, call: Call) -> str | None:
        for _ in range(_TRIES):
            try:
                return str(self._web.call(call)["view"]["id"])
            except (RefusedError, BlockError) as error:
                log.warning("slack.view.refused", method=call.method, reason=str(error))
                return None
            except UnreachableError as error:
                log.warning("slack.view.failed", method=call.method, reason=str(error))
        return None
