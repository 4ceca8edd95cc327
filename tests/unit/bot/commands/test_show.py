"""How `show` is read and acknowledged; what it shows is proven over the wire."""

import pytest

from bot.answers import Tone
from bot.commands.show import COMMAND
from tests.unit.bot import world
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import DANA, Desk


def test_show_takes_one_name() -> None:
    assert [read(COMMAND, "web-01@lab"), said(COMMAND, "web-01")] == ["web-01@lab", "Looking at web-01…"]


def test_show_without_a_name_or_with_two_is_refused() -> None:
    assert fact(COMMAND, "") == "the name is missing"
    assert "one word too many" in fact(COMMAND, "web-01 web-02")


@pytest.fixture
def desk() -> Desk:
    return Desk(
        world.sites(
            world.vm(1, "web-01", owner="U1DANA"),
            world.vm(2, "web 02", on=False),
            world.vm(3, "db-01", folder="Finance"),
            world.template(9, "tpl-debian-12"),
        )
    )


def test_show_tells_everything_that_is_asked_of_a_vm(desk: Desk) -> None:
    answer = desk.ask("show web-01", DANA)

    fields = dict(answer.fields)
    uptime = fields.pop("Uptime")
    assert " d " in uptime
    assert answer.title == "web-01 (on)"
    assert fields == {
        "Power": "on",
        "CPU": "2 vCPU (hot-add)",
        "Memory": "4 GB (no hot-add)",
        "IP address": "10.0.0.1",
        "Guest": "Debian GNU/Linux 12",
        "VMware Tools": "running",
        "Owner": "you",
        "Host": "esx-1",
        "Cluster": "cluster-a",
        "Folder": "DC/vm/Web",
        "Datastores": "gold-01",
        "Storage": "5.0 GB used",
        "Snapshots": "none",
    }


def test_show_offers_what_fits_the_state_with_names_that_read_back(desk: Desk) -> None:
    on, off = desk.ask("show web-01").buttons, desk.ask('show "web 02"').buttons

    assert [button.command for button in on] == ["reboot web-01", "poweroff web-01", "snapshot web-01 create"]
    assert [button.command for button in off] == ['poweron "web 02"', 'snapshot "web 02" create']


def test_show_shows_templates_without_buttons(desk: Desk) -> None:
    answer = desk.ask("show tpl-debian-12")

    assert (answer.title, answer.buttons) == ("tpl-debian-12 (template)", ())


def test_show_refuses_what_the_person_may_not_see_and_names_the_rule(desk: Desk) -> None:
    answer = desk.ask("show db-01", DANA)

    assert (answer.tone, answer.note, answer.fields) == (Tone.REFUSED, "Rule: web team", ())
    assert answer.lines == ("It reaches DC/vm/Web. Ask an administrator for more.",)


def test_show_tells_when_a_lease_ends() -> None:
    lease = [{"key": world.EXPIRES_KEY, "value": "2026-12-10T09:00Z"}]
    answer = Desk(world.sites(world.vm(1, "web-01", customValue=lease))).ask("show web-01")

    assert dict(answer.fields)["Lease ends"] == "2026-12-10 09:00 UTC"


def test_show_offers_a_vm_in_the_recycle_bin_back_and_nothing_else() -> None:
    answer = Desk(world.sites(world.vm(1, "web-01.binned-20261126-0512", folder="Recycle bin", on=False))).ask(
        "show web-01.binned-20261126-0512"
    )

    assert answer.title == "web-01.binned-20261126-0512 (in the recycle bin)"
    assert [button.command for button in answer.buttons] == ["restore web-01.binned-20261126-0512"]
