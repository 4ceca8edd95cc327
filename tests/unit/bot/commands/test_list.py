"""How `list` is read and acknowledged; what it shows is proven over the wire."""

import pytest

from bot.answers import Answer, Table
from bot.commands.list import COMMAND
from tests.unit.bot import world
from tests.unit.bot.commands.reading import fact, read, said
from tests.unit.bot.desk import DANA, Desk


def test_list_takes_words_as_one_text() -> None:
    assert [read(COMMAND, ""), read(COMMAND, "mine"), read(COMMAND, "My Team"), read(COMMAND, "web-*")] == [
        "",
        "mine",
        "My Team",
        "web-*",
    ]


def test_list_says_what_it_lists() -> None:
    assert [said(COMMAND, ""), said(COMMAND, "mine")] == ["Listing what you may see…", "Listing mine…"]


def test_list_refuses_options() -> None:
    assert fact(COMMAND, "owner=dana") == "there is no option owner here"


@pytest.fixture
def desk() -> Desk:
    return Desk(
        world.sites(
            world.vm(3, "web-02", on=False),
            world.vm(1, "web-01", owner="U1DANA"),
            world.vm(2, "db-01", folder="Finance"),
            world.template(9, "tpl-debian-12"),
        )
    )


def names(answer: Answer) -> list[str]:
    return [row[0] for row in answer.table.rows] if answer.table else []


def test_list_shows_what_the_person_may_see_sorted_by_name_and_no_template(desk: Desk) -> None:
    assert names(desk.ask("list")) == ["db-01", "web-01", "web-02"]
    assert names(desk.ask("list", DANA)) == ["web-01", "web-02"]


def test_list_shows_power_size_address_and_owner(desk: Desk) -> None:
    answer = desk.ask("list", DANA)

    assert (answer.title, answer.private) == ("2 VMs", True)
    assert answer.table == Table(
        columns=("Name", "Power", "CPU", "Memory", "IP", "Owner"),
        rows=(
            ("web-01", "on", "2", "4 GB", "10.0.0.1", "you"),
            ("web-02", "off", "2", "4 GB", "\u2013", "\u2013"),
        ),
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("mine", []),
        ("WEB", ["web-01", "web-02"]),
        ("web-0?", ["web-01", "web-02"]),
        ("*-01", ["db-01", "web-01"]),
        ("Finance", ["db-01"]),
        ("DC/vm/finance", ["db-01"]),
        ("DC/vm", ["db-01", "web-01", "web-02"]),
        ("Fin", []),
    ],
)
def test_list_takes_a_folder_a_pattern_or_a_part_of_a_name(desk: Desk, wanted: str, found: list[str]) -> None:
    assert names(desk.ask(f"list {wanted}")) == found


def test_list_mine_shows_own_vms(desk: Desk) -> None:
    assert names(desk.ask("list mine", DANA)) == ["web-01"]


def test_list_says_so_where_there_is_nothing(desk: Desk) -> None:
    assert desk.ask("list mine").title == "You own no VM here."
    assert desk.ask("list qqq").title == "No VM or folder here fits qqq."


def test_list_names_the_vcenter_where_there_are_two() -> None:
    desk = Desk(world.sites(world.vm(1, "web-01"), lab=[world.vm(1, "web-01")]))

    table = desk.ask("list").table

    assert table is not None
    assert [row[-1] for row in table.rows] == ["lab", "prod"]


def test_a_long_list_is_cut_and_comes_whole_as_a_file_that_no_spreadsheet_runs() -> None:
    vms = [world.vm(number, f"web-{number:02}") for number in range(1, 30)]
    desk = Desk(world.sites(*vms, world.vm(99, "=HYPERLINK(1)")))

    answer = desk.ask("list")

    assert (answer.title, answer.note) == ("30 VMs", "The first 25 of 30; the file has them all.")
    assert len(names(answer)) == 25
    assert answer.file is not None
    lines = answer.file.content.decode().splitlines()
    assert (len(lines), lines[1].split(",")[0]) == (31, "'=HYPERLINK(1)")


def test_list_tells_that_nothing_is_in_the_bin(desk: Desk) -> None:
    assert desk.ask("list bin", DANA).title == "There is no VM of yours in the recycle bin."
