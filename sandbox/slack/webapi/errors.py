"""The one way in which a Web API method says no."""

from sandbox.slack.model import Json


class SlackError(Exception):
    """A method refused the call; becomes `{"ok": false, "error": code, …}`."""

    def __init__(self, code: str, *messages: str, **extra: object) -> None:
        super().__init__(code)
        self.code = code
        self.extra: Json = dict(extra)
        if messages:
            self.extra["response_metadata"] = {"messages": list(messages)}


def missing(argument: str) -> SlackError:
    """Return the refusal of a call that lacks an argument."""
    return SlackError("invalid_arguments", f"[ERROR] missing required field: {argument}")
