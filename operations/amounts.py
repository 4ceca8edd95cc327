"""How much memory, as people read it: always the true figure, in the unit that says it in few digits. Pure."""

from typing import Final

_MIB_PER_GIB: Final = 1024
_DIGITS: Final = 2
"""After the point; what needs more is said in MB."""


def memory(mib: int) -> str:
    """`512 MB`, `8 GB`, `1.5 GB`; and `4,100 MB` rather than 4.00390625 GB, or 4 GB that are none."""
    gib = round(mib / _MIB_PER_GIB, _DIGITS)
    is_exact, is_small = gib * _MIB_PER_GIB == mib, 0 < mib < _MIB_PER_GIB
    return f"{gib:g} GB" if is_exact and not is_small else f"{mib:,} MB"
