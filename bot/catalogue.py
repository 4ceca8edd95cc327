"""The sizes that VMs come in, and where new ones go: configuration as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """A row of the size catalogue."""

    name: str
    cpu_count: int
    memory_mib: int
    disk_gib: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """What may be ordered; sizes in ascending order, so that the first is the default."""

    sizes: tuple[Size, ...]
    max_cpu: int
    """Cap for any order or resize."""
    max_memory_mib: int
    max_disk_gib: int

    def size(self, name: str) -> Size | None:
        """The size of this name (any case), or None."""
        return next((size for size in self.sizes if size.name == name.casefold()), None)
