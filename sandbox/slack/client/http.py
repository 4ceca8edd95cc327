"""Small blocking HTTP client for the sandbox's own doors; loopback only, JSON only."""

import http.client
import json
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

_PATIENCE_S: Final = 120.0


class SandboxGoneError(ConnectionError):
    """The sandbox does not answer (any more)."""

    hint = "Look whether the sandbox process still runs."


class Door:
    """One server's people's API."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = f"http://{parts.hostname}:{parts.port}"
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80

    def get(self, path: str, **query: str | float | int) -> dict[str, Any]:
        """Return the answer to a GET."""
        return self._call("GET", f"/_sandbox/{path}?{urlencode(query)}", None)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a POST."""
        return self._call("POST", f"/_sandbox/{path}", json.dumps(body).encode())

    def _call(self, verb: str, path: str, body: bytes | None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_PATIENCE_S)
        try:
            connection.request(verb, path, body, {"Content-Type": "application/json"} if body else {})
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise SandboxGoneError(f"{self.url} gave no answer to {verb} {path}: {fault!r}") from fault
        finally:
            connection.close()
        return answer
