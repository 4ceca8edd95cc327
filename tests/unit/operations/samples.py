"""Plain values for the tests of this package."""

from datetime import UTC, datetime

from operations.model import Actor, Origin
from vsphere.model import PowerState, Ref, Vm

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
VM_REF = Ref("prod", "vm-12")
HERE = Origin(channel="C1", channel_name="vm-requests")


def actor(actor_id: str = "U1", *groups: str, is_guest: bool = False, is_stranger: bool = False) -> Actor:
    return Actor(id=actor_id, name="Dana", groups=frozenset(groups), is_guest=is_guest, is_stranger=is_stranger)


def vm(**changes: object) -> Vm:
    values: dict[str, object] = {
        "ref": VM_REF,
        "instance_uuid": "5012a6e8-0000-4000-8000-000000000012",
        "bios_uuid": "4212a6e8-1111-4222-8333-000000000012",
        "name": "web-01",
        "is_template": False,
        "power": PowerState.ON,
        "cpu_count": 2,
        "cores_per_socket": 1,
        "memory_mib": 4096,
        "cpu_hot_add": True,
        "memory_hot_add": True,
        "guest_id": "debian12_64Guest",
        "guest_name": "Debian 12",
        "tools_running": True,
        "ip_address": "10.0.0.12",
        "host_name": "web-01",
        "host": Ref("prod", "host-1"),
        "folder": Ref("prod", "group-v3"),
        "pool": Ref("prod", "resgroup-1"),
        "datastores": (Ref("prod", "datastore-1"),),
        "networks": (Ref("prod", "network-1"),),
        "committed_bytes": 20 * 1024**3,
        "uncommitted_bytes": 20 * 1024**3,
        "snapshot_count": 0,
        "change_version": "2026-11-24T07:00:00Z",
        "booted_at": NOW,
        "attributes": {"iaas.owner": "U1", "team": "payments"},
        "read_at": NOW,
    }
    return Vm(**(values | changes))  # type: ignore[arg-type]  # a table of overrides, checked by the dataclass itself
