"""What owners are told of leases and of the bin: the VM, an absolute time, and the one button that keeps it."""

from datetime import UTC, datetime

import pytest

from bot.blocks.gate import Surface, check
from bot.views.ids import Click
from bot.views.notice import VIEWS, notice_message
from operations.record.notices import Notice

AT = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)
DATA = {
    "vm": "<!channel>",
    "vcenter": "lab",
    "name": "<!channel>",
    "operation_id": "R7F3K",
    "ends_at": AT.isoformat(),
    "bin_at": AT.isoformat(),
    "purge_at": AT.isoformat(),
    "text": "<!here>",
    "reason": "it is protected",
}
LIFE = sorted(kind for kind in VIEWS if kind.startswith(("lease.", "bin.")))


@pytest.mark.parametrize("kind", LIFE)
def test_a_notice_rings_nobody_and_offers_to_keep_the_vm(kind: str) -> None:
    told = notice_message(Notice(key="k", recipient="U1", kind=kind, data=DATA, created_at=AT), AT)

    assert told is not None
    check({"text": told.text, "blocks": list(told.blocks)}, Surface.MESSAGE)
    read = told.text + str([block["text"] for block in told.blocks if "text" in block])
    assert "<!channel>" not in read
    assert "<!here>" not in read
    (actions,) = [block for block in told.blocks if block["type"] == "actions"]
    click = Click.load(actions["elements"][0]["value"])
    assert click is not None
    wanted = 'lease "<!channel>@lab" extend' if kind.startswith("lease.") else "restore R7F3K"
    assert click.line == wanted


@pytest.mark.parametrize("kind", [kind for kind in LIFE if "unreadable" not in kind])
def test_a_notice_names_the_time_for_each_reader(kind: str) -> None:
    told = notice_message(Notice(key="k", recipient="U1", kind=kind, data=DATA, created_at=AT), AT)

    assert told is not None
    assert f"<!date^{int(AT.timestamp())}^" in told.text


def test_an_empty_time_is_told_as_empty() -> None:
    notice = Notice(key="k", recipient="U1", kind="bin.unreadable", data={**DATA, "text": ""}, created_at=AT)
    told = notice_message(notice, AT)

    assert told is not None
    assert "`iaas.purge` is empty" in told.text
