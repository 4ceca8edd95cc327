"""What a storm rolls up: every alarm on a VM that the storm brake has a word in, whatever else is said of it. Pure.

So also those that somebody has acknowledged, that are protected or at their cap: the brake counts them, and its card
tells of them all. `bot.telling.is_rolled_up` says which of them stand on that card still.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from remediation.matching import VM
from remediation.model import Incident
from remediation.record import Change
from vsphere.model import Ref


def rolled_up(
    changes: Sequence[Change], opened: Sequence[Incident], closed: Sequence[Incident] = ()
) -> Iterator[Change]:
    """The same, with those that the brake has a word in put together under the storm of their cluster.

    Args:
        changes: what one pass has found.
        opened: what was open before it, oldest first: both replicas give the storm the same name by it.
        closed: what has turned red and ended while the brake counted: it belongs to the storm as well.
    """
    caught = set[Ref | None]()
    storms = {one.cluster: one.storm for one in reversed(opened) if one.storm is not None}
    for change in changes:
        after = change.after
        if not change.braked or after.alarm.entity_kind != VM or after.storm is not None:
            yield change
            continue
        storm = storms.setdefault(after.cluster, _name(after, opened))
        caught.add(after.cluster)
        yield replace(change, after=replace(after, storm=storm))
    for one in closed:
        if one.cluster in caught and one.storm is None and one.alarm.entity_kind == VM:
            yield Change(before=one, after=replace(one, storm=storms[one.cluster]))


def _name(incident: Incident, opened: Iterable[Incident]) -> str:
    """After the oldest that is open in the cluster."""
    first = next((one for one in opened if one.cluster == incident.cluster), incident)
    return f"S{first.id[1:]}"
