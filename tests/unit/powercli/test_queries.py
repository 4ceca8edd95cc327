"""What queries give, and how they are laid out."""

import pytest

from bot.powercli import Layout, Result, run_query
from tests.unit.powercli.estate_of_values import PlainView, StillClock


def ask(text: str, *, max_rows: int = 200) -> Result:
    return run_query(text, PlainView(), clock=StillClock(), max_rows=max_rows)


def names(text: str) -> list[str]:
    return [row[0] for row in ask(text).rows]


def test_the_first_versions_line_works_as_typed() -> None:
    result = ask(
        "get-vm -Name veba-test-vm| fl Id, Name, PowerState, NumCpu, CoresPerSocket, MemoryMB, VMHost | Out-string"
    )

    assert result.layout is Layout.STRING
    assert result.text == (
        "Id             : VirtualMachine-vm-4\n"
        "Name           : veba-test-vm\n"
        "PowerState     : PoweredOff\n"
        "NumCpu         : 2\n"
        "CoresPerSocket : 1\n"
        "MemoryMB       : 2560\n"
        "VMHost         : esx-3"
    )


def test_a_table_is_aligned_with_numbers_on_the_right() -> None:
    assert ask("get-vm web-0? | ft Name, NumCpu, PowerState").text == (
        "Name   NumCpu PowerState\n"
        "----   ------ ----------\n"
        "web-01      8 PoweredOn\n"
        "web-02      2 PoweredOn"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("get-vm", ["db-01", "veba-test-vm", "Web [old]", "web-01", "web-02"]),
        ("GET-VM WEB-01", ["web-01"]),
        ("get-vm web-01,db-01", ["db-01", "web-01"]),
        ("get-vm -Name web-01, db-01", ["db-01", "web-01"]),
        ("get-vm web-0[2-9]", ["web-02"]),
        ("get-vm 'web `[old`]'", ["Web [old]"]),
        ("get-vm 'web [old]'", ["Web [old]"]),
        ("get-vm \u201cweb-01\u201d", ["web-01"]),
        ("get-vm \u2013Name web-01", ["web-01"]),
        ("get-vm -Na web-01", ["web-01"]),
        ("get-vm -Id VirtualMachine-vm-3", ["db-01"]),
        ("get-vm -Server lab web-01", ["web-01"]),
        ("get-vm nothing*", []),
        ("get-vm nothing -ErrorAction SilentlyContinue", []),
        ("get-vm -Location Finance", ["db-01"]),
        ("get-vm -Location cluster-b", ["veba-test-vm", "Web [old]"]),
        ("get-vm -Location DC1 -Datastore silver*", ["veba-test-vm", "web-02"]),
        ("get-cluster cluster-a | get-vm", ["db-01", "web-01", "web-02"]),
        ("get-cluster none* | get-vm", []),
        ("get-vmhost esx-2 | get-vm", ["db-01"]),
        ("get-datastore gold-1 | get-vm", ["db-01", "Web [old]", "web-01"]),
        ("get-folder Finance | get-vm", ["db-01"]),
        ("get-vm db-01 | get-vmhost", ["esx-2"]),
        ("get-vmhost -VM db-01", ["esx-2"]),
        ("get-vmhost -State maintenance", ["esx-2"]),
        ("get-vmhost -Location cluster-a", ["esx-1", "esx-2"]),
        ("get-vm db-01 | get-cluster", ["cluster-a"]),
        ("get-cluster cluster-b | get-datastore", ["silver-1"]),
        ("get-datastore -VM web-02", ["silver-1"]),
        ("get-template", ["tpl-debian-12"]),
        ("get-folder -Type VM", ["Finance", "vm"]),
        ("get-folder -Location vm", ["Finance"]),
        ("get-resourcepool -Location cluster-b", ["Resources"]),
        ("get-vm | get-snapshot", ["before patch"]),
        ("get-snapshot web-02 before*", ["before patch"]),
        ("get-snapshot -VM web-01", []),
        ("get-task -Status running | select Id", ["Task-task-2"]),
        ("get-vievent web-01 | select FullFormattedMessage", ["web-01 is on"]),
        ("get-vievent web-01 -Start 2026-01-01 | select FullFormattedMessage", ["web-01 is on", "web-01 is off"]),
        ("get-vievent web-01 -Start 2026-01-01 -MaxSamples 1 | select FullFormattedMessage", ["web-01 is on"]),
        ("get-vievent web-01 -Start 2026-01-01 -Finish 2026-05-20 | select UserName", ["LAB\\bob"]),
    ],
)
def test_get_cmdlets_find(query: str, expected: list[str]) -> None:
    assert names(query) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{ $_.NumCpu -gt 4 -and $_.Name -like 'web*' }", ["web-01"]),
        ("{ $PSItem.NumCpu -gt 4 }", ["web-01"]),
        ("{ $_.NumCpu -ge 4 -and -not ($_.Name -like 'web*') }", ["db-01"]),
        ("{ !($_.PowerState -eq 'PoweredOn') }", ["veba-test-vm", "Web [old]"]),
        ("{ $_.NumCpu -eq 8 -or $_.NumCpu -eq 4 }", ["db-01", "web-01"]),
        ("{ $_.NumCpu -eq 8 -xor $_.Name -like 'web-0*' }", ["web-02"]),
        ("{ $_.MemoryMB -ge 4KB -and $_.MemoryGB -lt 8 }", ["Web [old]", "web-01", "web-02"]),
        ("{ $_.Name -match '^(web|db)-0[12]$' }", ["db-01", "web-01", "web-02"]),
        ("{ $_.Name -notmatch '\\d' }", ["veba-test-vm", "Web [old]"]),
        ("{ $_.Name -clike 'Web*' }", ["Web [old]"]),
        ("{ $_.Name -ceq 'WEB-01' }", []),
        ("{ $_.Name -ieq 'WEB-01' }", ["web-01"]),
        ("{ $_.Name -in 'web-01', 'db-01' }", ["db-01", "web-01"]),
        ("{ $_.Name -notin @('web-01', 'db-01', 'web-02') }", ["veba-test-vm", "Web [old]"]),
        ("{ $_.DatastoreIdList -contains 'Datastore-datastore-2' }", ["veba-test-vm", "web-02"]),
        ("{ $_.Guest.IPAddress -eq '10.0.0.1' }", ["web-01"]),
        ("{ $_.Guest.IPAddress }", ["web-01"]),
        ("{ $_.VMHost.Parent.Name -eq 'cluster-b' }", ["veba-test-vm", "Web [old]"]),
        ("{ $_.VMHost -eq 'esx-2' }", ["db-01"]),
        ("{ $_.BootTime -eq $null -and $_.CpuHotAddEnabled -eq $true -and $_.NumCpu -eq 8 }", ["web-01"]),
        ("NumCpu -gt 4", ["web-01"]),
        ("-Property NumCpu -gt 4", ["web-01"]),
        ("PowerState -eq Suspended", ["Web [old]"]),
        ("VMHost.Name -like *2", ["db-01"]),
        ("-not CpuHotAddEnabled", []),
        ("MemoryHotAddEnabled", []),
        ("Name -in web-01,web-02", ["web-01", "web-02"]),
    ],
)
def test_where_object_keeps(condition: str, expected: list[str]) -> None:
    for cmdlet in ("?", "where", "Where-Object"):
        assert names(f"get-vm | {cmdlet} {condition}") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("get-vm | select -First 2", ["db-01", "veba-test-vm"]),
        ("get-vm | select -Last 1", ["web-02"]),
        ("get-vm | select -Skip 3 -First 1", ["web-01"]),
        ("get-vm | select -Skip 1 -Last 1", ["web-01"]),
        ("get-vm | select -First 1 -Last 1", ["db-01", "web-02"]),
        ("get-vm | select PowerState -Unique", ["PoweredOn", "PoweredOff", "Suspended"]),
        ("get-vm | select -ExpandProperty VMHost | select -Unique Name", ["esx-2", "esx-3", "esx-1"]),
        ("get-vm | select -ExpandProperty NumCpu | sort -Unique", ["2", "4", "8"]),
        ("get-vm | sort NumCpu, Name -Descending | select -First 2", ["web-01", "db-01"]),
        ("get-vm | sort MemoryMB -Top 1", ["veba-test-vm"]),
        ("get-vm | group PowerState | ? Count -eq 3 | select -ExpandProperty Group", ["db-01", "web-01", "web-02"]),
        ("get-vm | group PowerState -NoElement | select Name", ["PoweredOn", "PoweredOff", "Suspended"]),
        ("get-vm | measure", ["5"]),
        ("get-vm | select Name | group Name | select -ExpandProperty Group | select -First 1", ["db-01"]),
    ],
)
def test_pipelines_give(query: str, expected: list[str]) -> None:
    assert names(query) == expected


def test_measure_object_sums_and_averages() -> None:
    assert ask("get-vm | measure MemoryGB -Sum -Average -Minimum -Maximum").text == (
        "Count    : 5\nAverage  : 6.1\nSum      : 30.5\nMaximum  : 16\nMinimum  : 2.5\nProperty : MemoryGB"
    )


def test_group_object_shows_its_members() -> None:
    assert ask("get-vm | group PowerState").text.splitlines()[2] == "    3 PoweredOn  {db-01, web-01, web-02}"


def test_more_than_four_chosen_properties_make_a_list() -> None:
    few, many = (
        ask("get-vm | select Name, NumCpu, MemoryGB, Id"),
        ask("get-vm | select Name, NumCpu, MemoryGB, Id, Uid"),
    )

    assert (few.layout, many.layout) == (Layout.TABLE, Layout.LIST)


def test_property_names_take_wildcards() -> None:
    assert ask("get-vm web-01 | fl memory*").columns == ("MemoryMB", "MemoryGB", "MemoryHotAddEnabled")
    assert "Name" not in ask("get-vm web-01 | select * -ExcludeProperty N*").columns


def test_hidden_headers_leave_rows_alone() -> None:
    assert ask("get-vm web-01 | ft Name, NumCpu -HideTableHeaders").text == "web-01 8"


def test_rows_beyond_the_limit_are_kept_for_the_file() -> None:
    result = ask("get-vm", max_rows=2)

    assert result.truncated
    assert len(result.text.splitlines()) == 4
    assert len(result.rows) == 5
