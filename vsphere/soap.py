"""One SOAP call over a channel, with pyVmomi's types: sent once, and once more only when vCenter said "log in first".

`NotAuthenticated` is an answer: the call was read and refused, so that sending it again after a login is no repetition.
"""

from collections.abc import Callable
from typing import Any, Protocol

from pyVmomi.SoapAdapter import SoapStubAdapterBase

from vsphere import soaptree
from vsphere.api import api_versions, response_deserializer
from vsphere.errors import ConnectionLostError
from vsphere.soaptree import Tree
from vsphere.transport import Answer, Channel

PATH = "/sdk"
_OLDEST = "vim25/6.5"
_OK = 200
_FAULT = 500
_TREE_METHODS = frozenset(
    {
        "RetrievePropertiesEx",
        "ContinueRetrievePropertiesEx",
        "WaitForUpdatesEx",
        "QueryEvents",
        "ReadNextEvents",
    }
)
"""Their answers come back as trees of plain values; see `vsphere.soaptree`."""


_COOKIE_METHODS = frozenset({"RetrieveServiceContent", "Login"})
"""Only these may set the session: the answer to a call under the old one may arrive after a new login."""


class SoapFault(Exception):  # noqa: N818  vSphere's word; what leaves the package are the errors of `vsphere.errors`
    """vCenter's refusal of a call, as plain values: pyVmomi can't read a fault that its version does not know."""

    def __init__(self, name: str, words: str, fields: dict[str, Tree]) -> None:
        super().__init__(f"{name}: {words}")
        self.name = name
        """vSphere's type, for example `NoPermission`."""
        self.words = words
        self.fields = fields


class Login(Protocol):
    """Who knows the session's cookie, and how to get a new one."""

    generation: int
    cookie: str

    def ensure(self) -> None:
        """Log in unless that was done."""

    def renew(self, generation: int) -> None:
        """Log in again, unless somebody did since `generation`."""


class Stub(SoapStubAdapterBase):
    """What pyVmomi calls a stub: managed objects made with it send their calls through it."""

    def __init__(self, channel: Channel, login: Login) -> None:
        super().__init__(version=api_versions[_OLDEST])  # type: ignore[no-untyped-call]  # pyVmomi has no types
        self.requestContext = None  # pyVmomi's name, read by its serialiser
        self._channel = channel
        self._login = login

    def InvokeMethod(self, mo: Any, info: Any, args: Any) -> Any:  # noqa: N802, ANN401  pyVmomi's signature
        """Send one call as the logged-in account; pyVmomi calls this for every method of a managed object."""
        self._login.ensure()
        generation = self._login.generation
        try:
            return self.send(mo, info, args)
        except SoapFault as fault:
            if fault.name != "NotAuthenticated":
                raise
            self._login.renew(generation)
            return self.send(mo, info, args)

    def speak(self, version: str) -> None:
        """Use this API version from now on; pyVmomi lets it only grow."""
        self.ComputeVersionInfo(version)  # type: ignore[no-untyped-call]  # pyVmomi has no types

    def send(self, mo: Any, info: Any, args: Any) -> Any:  # noqa: ANN401  pyVmomi's values
        """Send one call with whatever session there is.

        Raises:
            SoapFault: vCenter's own refusal.
            ConnectionLostError: see `Channel.request`.
        """
        headers = {
            "Content-Type": "text/xml; charset=UTF-8",
            "SOAPAction": self.versionId,
            "Cookie": self._login.cookie,
            "User-Agent": "iaas-bot",
        }
        request = self.SerializeRequest(mo, info, args)  # type: ignore[no-untyped-call]  # pyVmomi has no types
        answer = self._channel.request("POST", PATH, body=request, headers=headers)
        if answer.cookie and info.wsdlName in _COOKIE_METHODS:
            self._login.cookie = answer.cookie.partition(";")[0]
        return self._read(answer, info)

    def _read(self, answer: Answer, info: Any) -> Any:  # noqa: ANN401  pyVmomi's values
        if answer.status not in {_OK, _FAULT}:
            raise ConnectionLostError(f"vCenter's web server answered HTTP {answer.status} to {info.wsdlName}")
        if answer.status == _OK and info.wsdlName in _TREE_METHODS:
            return soaptree.parse(answer.body)
        if answer.status == _FAULT:
            raise _fault(answer.body)
        return response_deserializer(self).Deserialize(answer.body, info.result)


def _fault(body: bytes) -> SoapFault:
    envelope = soaptree.parse_document(body).get("Body") or {}
    fault = envelope.get("Fault") or {}
    words = str(fault.get("faultstring") or "")
    for tag, detail in (fault.get("detail") or {}).items():
        fields = detail if isinstance(detail, dict) else {}
        return SoapFault(str(fields.get("_type") or tag.removesuffix("Fault")), words, fields)
    return SoapFault("RuntimeFault", words, {})


def anonymous(stub: Stub) -> "AnonymousStub":
    """A stub for the calls that come before a login."""
    return AnonymousStub(stub)


class AnonymousStub(SoapStubAdapterBase):
    """Sends without asking for a login first, since it carries the login itself."""

    def __init__(self, stub: Stub) -> None:
        super().__init__(version=stub.version)  # type: ignore[no-untyped-call]  # pyVmomi has no types
        self._send: Callable[..., Any] = stub.send

    def InvokeMethod(self, mo: Any, info: Any, args: Any) -> Any:  # noqa: N802, ANN401  pyVmomi's signature
        """Send one call without a session."""
        return self._send(mo, info, args)
