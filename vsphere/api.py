"""pyVmomi's namespaces for the rest of the package, typed as Any: its own stubs name the classes but type no call."""

from typing import Any

import pyVmomi
from pyVmomi.SoapAdapter import SoapResponseDeserializer
from pyVmomi.VmomiSupport import GuessWsdlType, ManagedObject, versionMap

_namespaces: Any = pyVmomi
vim: Any = _namespaces.vim
vmodl: Any = _namespaces.vmodl
managed_object_type: Any = ManagedObject
response_deserializer: Any = SoapResponseDeserializer
guess_type: Any = GuessWsdlType
api_versions: dict[str, str] = versionMap
"""From `vim25/8.0.3.0` to the name that pyVmomi gives that version."""


def moref_of(managed_object: Any) -> str:  # noqa: ANN401  any managed object of pyVmomi
    """The id of a managed object."""
    return str(managed_object._GetMoId())  # noqa: SLF001  pyVmomi has no other way to ask


def on(stub: Any, managed_object: Any) -> Any:  # noqa: ANN401  pyVmomi's values
    """The same managed object, but sending its calls through `stub`."""
    return type(managed_object)(moref_of(managed_object), stub)
