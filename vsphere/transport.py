"""HTTPS to one vCenter: trust, timeouts, and the difference between "not sent" and "answer lost". Knows no SOAP.

That difference is why this is not pyVmomi's own adapter: an operation whose request never left may be tried again, one
whose answer was lost may not.
"""

import hashlib
import select
import socket
import ssl
import threading
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from typing import Any

import structlog

from vsphere.errors import CertificateError, ConnectionLostError, UnreachableError
from vsphere.settings import VcenterSettings

log = structlog.get_logger(__name__)

_KEEPALIVE_OPTIONS = (
    # A peer that vanished without a FIN is noticed after 10 + 3 * 5 s, long before a poll would time out.
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Status, session cookie and body of one HTTP answer."""

    status: int
    cookie: str | None
    body: bytes


class Endpoint:
    """Opens verified connections to one vCenter."""

    def __init__(self, settings: VcenterSettings) -> None:
        self._settings = settings
        self._where = f"{settings.host}:{settings.port}"
        self._thumbprint = (settings.thumbprint or "").replace(":", "").lower()
        self._context = self._trust()

    def connect(self, *, read_timeout_s: float) -> HTTPSConnection:
        """Open one connection and check who answers.

        Raises:
            UnreachableError: nobody answers within the connect timeout.
            CertificateError: the certificate is not the one that the settings trust.
        """
        settings = self._settings
        connection = HTTPSConnection(
            settings.host, settings.port, timeout=settings.connect_timeout_s, context=self._context
        )
        try:
            connection.connect()
            self._check_thumbprint(connection)
            for level, option, value in _KEEPALIVE_OPTIONS:
                connection.sock.setsockopt(level, option, value)
            connection.sock.settimeout(read_timeout_s)
        except ssl.SSLCertVerificationError as error:
            connection.close()
            raise CertificateError(
                f"The certificate of {self._where} is not trusted: {error.verify_message}. {self._shown()}"
            ) from error
        except OSError as error:
            connection.close()
            raise UnreachableError(f"vCenter {settings.name} ({self._where}) can't be reached: {error}") from error
        return connection

    def _trust(self) -> ssl.SSLContext:
        settings = self._settings
        try:
            context = ssl.create_default_context(cafile=settings.ca_file)
        except OSError as error:
            raise CertificateError(f"ca_file {settings.ca_file} can't be read: {error}") from error
        context.sslsocket_class = _Socket
        if settings.insecure or self._thumbprint:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if settings.insecure:
            log.error("vcenter.tls.unverified", vcenter=settings.name, reason="insecure = true in the configuration")
        return context

    def _check_thumbprint(self, connection: HTTPSConnection) -> None:
        if self._settings.insecure or not self._thumbprint:
            return
        shown = hashlib.sha256(connection.sock.getpeercert(binary_form=True) or b"").hexdigest()
        if shown != self._thumbprint:
            connection.close()
            raise CertificateError(
                f"The certificate of {self._where} has the SHA-256 thumbprint {_colons(shown)},"
                f" the configuration trusts {_colons(self._thumbprint)}."
            )

    def _shown(self) -> str:
        """What the server shows to somebody who trusts everybody, so that a person can compare it."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        address = (self._settings.host, self._settings.port)
        try:
            with (
                socket.create_connection(address, self._settings.connect_timeout_s) as plain,
                context.wrap_socket(plain, server_hostname=self._settings.host) as secured,
            ):
                certificate = secured.getpeercert(binary_form=True) or b""
        except OSError as error:
            return f"What it shows could not be read: {error}"
        return f"It shows the SHA-256 thumbprint {_colons(hashlib.sha256(certificate).hexdigest())}."


class _Socket(ssl.SSLSocket):
    """Closes itself when its connection is found reset before TLS began: CPython leaves that to its collector."""

    def getpeername(self) -> Any:  # noqa: ANN401  as in the base class: it depends on the kind of address
        """See `socket.getpeername`."""
        try:
            return super().getpeername()
        except OSError:
            self.close()
            raise


class Channel:
    """A few kept connections for one purpose, so that a blocked long poll blocks no write."""

    def __init__(self, endpoint: Endpoint, *, name: str, read_timeout_s: float) -> None:
        self._endpoint = endpoint
        self._name = name
        self._read_timeout_s = read_timeout_s
        self._lock = threading.Lock()
        self._idle: list[HTTPSConnection] = []
        self._busy: set[HTTPSConnection] = set()
        self._closed = False

    def request(self, method: str, path: str, *, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send once and wait for the answer.

        Raises:
            UnreachableError: no connection came about, so nothing was sent.
            ConnectionLostError: it was sent, at least in part, and no answer came back.
            CertificateError: see `Endpoint.connect`.
        """
        connection = self._take()
        try:
            connection.request(method, path, body, headers)
            # Closed here in any case: a response that breaks would keep the socket open until it is collected.
            with connection.getresponse() as response:
                cookie = response.getheader("Set-Cookie")
                answer = Answer(status=response.status, cookie=cookie, body=response.read())
        except TimeoutError as error:
            self._drop(connection)
            raise ConnectionLostError(f"vCenter gave no answer within {self._read_timeout_s:g} s") from error
        except (OSError, HTTPException) as error:
            self._drop(connection)
            raise ConnectionLostError(f"The connection to vCenter broke before its answer came: {error}") from error
        self._give_back(connection)
        return answer

    def close(self) -> None:
        """Close every connection, also under a call that is waiting: that call then raises."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for connection in idle:
            connection.close()
        for connection in busy:
            _interrupt(connection)

    def _take(self) -> HTTPSConnection:
        with self._lock:
            while self._idle:
                connection = self._idle.pop()
                if not _stale(connection):
                    self._busy.add(connection)
                    return connection
                connection.close()
        connection = self._endpoint.connect(read_timeout_s=self._read_timeout_s)
        with self._lock:
            if self._closed:
                connection.close()
                raise UnreachableError("The connection to vCenter has been closed by the bot")
            self._busy.add(connection)
        return connection

    def _give_back(self, connection: HTTPSConnection) -> None:
        with self._lock:
            self._busy.discard(connection)
            if not self._closed and connection.sock is not None:
                self._idle.append(connection)
                return
        connection.close()

    def _drop(self, connection: HTTPSConnection) -> None:
        with self._lock:
            self._busy.discard(connection)
        connection.close()


def _stale(connection: HTTPSConnection) -> bool:
    """Whether the server ended an idle connection: an idle socket that is readable holds a FIN or an alert.

    Looking before sending keeps a write from being lost in a connection that was dead all along.
    """
    if connection.sock is None:
        return True
    readable, _, _ = select.select([connection.sock], [], [], 0)
    return bool(readable)


def _interrupt(connection: HTTPSConnection) -> None:
    """Wake the thread that waits on the socket; that thread closes it.

    The plain socket's shutdown, since the TLS socket's takes the TLS state away under the reader.
    """
    try:
        if connection.sock is not None:
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
    except OSError as error:
        log.debug("vcenter.connection.closed", reason=str(error))


def _colons(digest: str) -> str:
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)).upper()
