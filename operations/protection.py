"""Which VMs nobody may change through the bot, whoever asks: by name, custom attribute, SMBIOS UUID, address. Pure."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from vsphere.model import Vm

ATTRIBUTE = "iaas.protected"
"""The custom attribute that protects a VM; it is set and cleared in vCenter, never by the bot."""
_CLEARED = frozenset({"", "0", "false", "no", "off"})
_SWAPPED_BYTES = 8
_UUID_DIGITS = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectedRules:
    """What protects a VM."""

    names: tuple[str, ...] = ()
    """Name patterns such as `dc-*`; case does not count."""
    bios_uuids: tuple[str, ...] = ()
    """SMBIOS UUIDs: vCenter's own VM, and the VM that the bot runs on."""
    addresses: tuple[str, ...] = ()
    """Host names or IP addresses by which the bot reaches its vCenters: the VM that answers to one is vCenter's own."""


def protection_of(vm: Vm, rules: ProtectedRules) -> str | None:
    """What protects the VM, in words that follow "it is protected"; None where nothing does."""
    pattern = pattern_for(vm.name, rules)
    if pattern is not None:
        return f"by the name pattern {pattern}"
    if vm.attributes.get(ATTRIBUTE, "").strip().casefold() not in _CLEARED:
        return f"by its custom attribute {ATTRIBUTE}"
    own = {address.casefold() for address in rules.addresses}
    if any(known and known.casefold() in own for known in (vm.host_name, vm.ip_address)):
        return "since vCenter runs on it"
    listed = {form for uuid in rules.bios_uuids for form in _forms(uuid)}
    if _digits(vm.bios_uuid) in listed:
        return "since vCenter or the bot itself runs on it"
    return None


def pattern_for(name: str, rules: ProtectedRules) -> str | None:
    """The name pattern that protects a VM of this name; None where none does."""
    return next((one for one in rules.names if fnmatchcase(name.casefold(), one.casefold())), None)


def _forms(uuid: str) -> set[str]:
    """Both byte orders: the guest's firmware shows the first three fields swapped, vCenter does not."""
    plain = _digits(uuid)
    if len(plain) != _UUID_DIGITS:
        return set()
    raw = bytes.fromhex(plain)
    swapped = raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[_SWAPPED_BYTES:]
    return {plain, swapped.hex()}


def _digits(uuid: str) -> str:
    return "".join(digit for digit in uuid.casefold() if digit in "0123456789abcdef")
