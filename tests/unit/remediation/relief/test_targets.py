"""Each rule about where a VM may go, alone."""

from dataclasses import replace

import pytest

from remediation.relief.targets import Fit, fits_and_lacks, most_percent, room_bytes, used_percent
from remediation.settings import ReliefSettings
from tests.unit.remediation.relief.estates import SOURCE, on, reaching
from tests.unit.remediation.samples import GIB, LAB, datastore
from vsphere.model import Datastore, Ref

FULL = datastore(SOURCE, used_gib=850)
ROOMY = datastore("datastore-2", used_gib=200)
STOPPED = Ref(LAB, "datastore-7")
RULES = ReliefSettings(target_percent=75, better_points=5)


def lack(target: Datastore, *, size_gib: int = 100, source: Datastore = FULL) -> str | None:
    """Why `target` does not take a VM of that size; None where it does."""
    esx = reaching("host-1", source, target)
    fits, lacks = fits_and_lacks(
        on(size_gib), source=source, host=esx, datastores=(source, target), settings=RULES, stopped=(STOPPED,)
    )
    assert len(fits) + len(lacks) == 1
    return lacks[0].reason if lacks else None


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        pytest.param(ROOMY, None, id="all well"),
        pytest.param(replace(ROOMY, accessible=False), "is not accessible", id="not accessible"),
        pytest.param(replace(ROOMY, capacity_bytes=0, free_bytes=0), "is not accessible", id="capacity unknown"),
        pytest.param(replace(ROOMY, in_maintenance=True), "is in maintenance mode", id="maintenance"),
        pytest.param(
            replace(ROOMY, attributes={"tier": "gold", "iaas.auto": "no"}),
            "is left out by its attribute iaas.auto",
            id="auto off",
        ),
        pytest.param(replace(ROOMY, ref=STOPPED), "is stopped by a person", id="stopped"),
        pytest.param(
            replace(ROOMY, attributes={"tier": "silver"}), "has tier silver, and gold-1 has tier gold", id="other tier"
        ),
        pytest.param(replace(ROOMY, attributes={}), "has no tier, and gold-1 has tier gold", id="no tier"),
        pytest.param(
            datastore("datastore-2", used_gib=651),
            "has room for 99 GB up to 75 % used, and 100 GB are needed",
            id="one GB too full",
        ),
        pytest.param(datastore("datastore-2", used_gib=650), None, id="just not too full"),
        pytest.param(
            datastore("datastore-2", used_gib=800),
            "has room for 0 MB up to 75 % used, and 100 GB are needed",
            id="fuller than its target already",
        ),
    ],
)
def test_a_datastore_takes_a_vm_or_its_lack_is_told(target: Datastore, reason: str | None) -> None:
    assert lack(target) == reason


def test_without_tiers_on_both_sides_a_vm_may_move() -> None:
    assert lack(replace(ROOMY, attributes={}), source=replace(FULL, attributes={})) is None


def test_a_datastore_that_the_host_does_not_reach_takes_nothing() -> None:
    fits, lacks = fits_and_lacks(
        on(100), source=FULL, host=reaching("host-1", FULL), datastores=(FULL, ROOMY), settings=RULES
    )

    assert not fits
    assert [(one.target.name, one.reason) for one in lacks] == [("gold-2", "is not reached by esx-01")]


def test_without_a_host_nothing_is_reached() -> None:
    fits, lacks = fits_and_lacks(on(100), source=FULL, host=None, datastores=(FULL, ROOMY), settings=RULES)

    assert not fits
    assert "has no host" in lacks[0].reason


def test_a_target_must_stay_so_many_points_under_a_source_that_is_hardly_over_its_own_target() -> None:
    hardly = datastore(SOURCE, used_gib=770)

    assert most_percent(hardly, RULES) == 72
    assert room_bytes(ROOMY, hardly, RULES) == 520 * GIB
    assert lack(datastore("datastore-2", used_gib=621), source=hardly) is not None
    assert lack(datastore("datastore-2", used_gib=620), source=hardly) is None


def test_what_lies_on_the_target_already_is_not_moved_and_needs_no_room() -> None:
    target = datastore("datastore-2", used_gib=700)
    esx = reaching("host-1", FULL, target)

    fits, _ = fits_and_lacks(on(40, 500), source=FULL, host=esx, datastores=(FULL, target), settings=RULES)

    assert fits == [Fit(target=target, moves_bytes=40 * GIB, percent_after=74)]


def test_files_on_a_third_datastore_come_along_and_need_room() -> None:
    third = datastore("datastore-3", used_gib=500)
    target = datastore("datastore-2", used_gib=700)
    esx = reaching("host-1", FULL, target, third)

    fits, lacks = fits_and_lacks(on(40, 0, 20), source=FULL, host=esx, datastores=(FULL, target, third), settings=RULES)

    assert [(one.target.name, one.moves_bytes) for one in fits] == [("gold-3", 40 * GIB)]
    assert lacks[0].reason == "has room for 50 GB up to 75 % used, and 60 GB are needed"


def test_the_emptiest_after_the_move_stands_first() -> None:
    fuller, emptier = datastore("datastore-2", used_gib=400), datastore("datastore-3", used_gib=300)
    esx = reaching("host-1", FULL, fuller, emptier)

    fits, _ = fits_and_lacks(on(100), source=FULL, host=esx, datastores=(fuller, emptier), settings=RULES)

    assert [(one.target.name, one.percent_after) for one in fits] == [("gold-3", 40), ("gold-2", 50)]


def test_a_datastore_whose_capacity_is_not_known_counts_as_full() -> None:
    assert used_percent(replace(ROOMY, capacity_bytes=0, free_bytes=0)) == 100
