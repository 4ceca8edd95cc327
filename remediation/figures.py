"""What samples say over a time: a percentile, a mean, the newest figure. Pure; what is not known does not count."""

import math
from collections.abc import Iterable
from typing import Final

_NINETY_FIVE: Final = 0.95


def p95(values: Iterable[float | None]) -> float | None:
    """The value that 95 % of the samples do not exceed (nearest rank); None where there is no figure at all."""
    known = sorted(one for one in values if one is not None)
    return known[math.ceil(_NINETY_FIVE * len(known)) - 1] if known else None


def mean(values: Iterable[float | None]) -> float | None:
    """Their mean; None where there is no figure at all."""
    known = [one for one in values if one is not None]
    return sum(known) / len(known) if known else None


def newest(values: Iterable[float | None]) -> float | None:
    """The last figure of values that stand oldest first; None where there is none."""
    return next((one for one in reversed([*values]) if one is not None), None)
