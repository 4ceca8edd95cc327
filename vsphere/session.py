"""One account's session at one vCenter: login, re-login once, keep-alive, and three stubs that share its cookie."""

import threading
from datetime import datetime, timedelta
from typing import Any

import structlog

from vsphere import soaptree
from vsphere.api import api_versions, on, vim
from vsphere.clock import Clock
from vsphere.errors import LoginError, NotSupportedError, VsphereError
from vsphere.faults import translate
from vsphere.settings import VcenterSettings
from vsphere.soap import PATH, SoapFault, Stub, anonymous
from vsphere.transport import Channel, Endpoint

log = structlog.get_logger(__name__)

POLL_MAX_WAIT_S = 45
"""How long vCenter holds a poll that has nothing to say: two polls cost 2.7 calls a minute."""
_POLL_GRACE_S = 15
_FAILED_FOR_S = 2.0
"""A login that has just failed is not tried again by every thread that waits behind it."""
_REFUSED_FOR_S = 60.0
"""A refused password is tried once a minute: vCenter locks an account after five failures in three minutes."""


class Session:
    """Logs in when it must; thread-safe. `reads`, `writes` and `polls` are stubs over connections of their own."""

    def __init__(self, settings: VcenterSettings, *, clock: Clock) -> None:
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        self._lock = threading.RLock()
        endpoint = Endpoint(settings)
        answer_s = settings.read_timeout_s
        self._channels = [
            Channel(endpoint, name="reads", read_timeout_s=answer_s),
            Channel(endpoint, name="writes", read_timeout_s=answer_s),
            Channel(endpoint, name="polls", read_timeout_s=POLL_MAX_WAIT_S + _POLL_GRACE_S),
        ]
        self.reads, self.writes, self.polls = (Stub(channel, self) for channel in self._channels)
        self.cookie = ""
        self.generation = 0
        self._content: Any = None
        self._failure: tuple[VsphereError, float] | None = None
        self._theirs: tuple[datetime, float] | None = None

    @property
    def content(self) -> Any:  # noqa: ANN401  pyVmomi's ServiceContent
        """The service content, after a login if there was none yet."""
        self.ensure()
        return self._content

    @property
    def product(self) -> str | None:
        """Name, version and build of what answers; None before the first login."""
        return None if self._content is None else str(self._content.about.fullName)

    @property
    def failure(self) -> VsphereError | None:
        """Why the last login failed; None when it did not."""
        return self._failure[0] if self._failure else None

    @property
    def time_offset(self) -> timedelta:
        """VCenter's clock minus ours, as ours goes now: it may have been set since both were compared."""
        if self._theirs is None:
            return timedelta(0)
        theirs, measured_at = self._theirs
        return theirs + timedelta(seconds=self._clock.monotonic() - measured_at) - self._clock.now()

    def ensure(self) -> None:
        """See `vsphere.soap.Login.ensure`."""
        if self.generation == 0:
            self.renew(0)

    def renew(self, generation: int) -> None:
        """See `vsphere.soap.Login.renew`.

        Raises:
            VsphereError: unreachable, untrusted or refused; the same error again while it is fresh.
        """
        with self._lock:
            if self.generation != generation:
                return
            self._raise_fresh_failure()
            try:
                self._log_in()
            except (VsphereError, SoapFault) as error:
                failure = translate(error, action="log in")
                self._failure = (failure, self._clock.monotonic())
                log.warning("vcenter.login.failed", vcenter=self.name, reason=str(failure))
                raise failure from error
            self._failure = None
            self.generation += 1
            log.info("vcenter.login.done", vcenter=self.name, product=self.product, round=self.generation)

    def keep_alive(self) -> None:
        """Touch the session, which also measures the clocks' difference."""
        self.ensure()
        self._measure_offset(vim.ServiceInstance("ServiceInstance", self.reads))

    def close(self, *, politely: bool = True) -> None:
        """Close every connection, `politely` after a logout; a vCenter that is away would only make that wait."""
        try:
            if self.generation and politely:
                on(anonymous(self.reads), self._content.sessionManager).Logout()
        except (VsphereError, SoapFault) as error:
            log.debug("vcenter.logout.failed", vcenter=self.name, reason=str(error))
        for channel in self._channels:
            channel.close()

    def _raise_fresh_failure(self) -> None:
        if self._failure is None:
            return
        error, at = self._failure
        patience = _REFUSED_FOR_S if isinstance(error, LoginError) else _FAILED_FOR_S
        if self._clock.monotonic() - at < patience:
            raise error

    def _log_in(self) -> None:
        if self._content is None:
            self._agree_on_version()
        stub = anonymous(self.reads)
        self.cookie = ""
        service = vim.ServiceInstance("ServiceInstance", stub)
        content = service.RetrieveContent()
        manager = on(stub, content.sessionManager)
        manager.Login(self._settings.username, self._settings.read_password(), None)
        self._content = content
        self._measure_offset(service)

    def _measure_offset(self, service: Any) -> None:  # noqa: ANN401  pyVmomi's ServiceInstance
        before = self._clock.monotonic()
        theirs: datetime = service.CurrentTime()
        self._theirs = (theirs, (before + self._clock.monotonic()) / 2)

    def _agree_on_version(self) -> None:
        """Speak the newest API version that both sides know, as pyVmomi's SmartConnect does."""
        answer = self._channels[0].request("GET", f"{PATH}/vimServiceVersions.xml", body=None, headers={})
        offered = _offered_versions(answer.body)
        for version in offered:
            if f"vim25/{version}" in api_versions:
                for stub in (self.reads, self.writes, self.polls):
                    stub.speak(api_versions[f"vim25/{version}"])
                return
        raise NotSupportedError(f"vCenter {self.name} speaks no API version that the bot knows: {offered}")


def _offered_versions(body: bytes) -> list[str]:
    """Versions of urn:vim25, newest first, from vimServiceVersions.xml."""
    tree = soaptree.parse_document(body)
    for namespace in soaptree.as_list(tree.get("namespace")):
        if namespace.get("name") == "urn:vim25":
            prior = (namespace.get("priorVersions") or {}).get("version")
            return [namespace["version"], *soaptree.as_list(prior)]
    return []
