"""What a query may not say, and that each refusal shows a way out."""

import ast
import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bot.powercli
from bot.powercli import QueryError, parse, run_query, to_csv
from tests.unit.powercli.estate_of_values import VMS, PlainView, StillClock, vm

_WORDS = """
    get-vm Get-VMHost | ? where { } ( ) @( $_ $_.Name $_.NumCpu -eq -gt -like -match -and -or -not ! 'web*' "a" web-01 4
    4GB , -Name -First select sort group measure fl ft Out-String $true $null $( ; & > < ` [int] .Name * [ ] -Start
    2026-01-01 -ExpandProperty Group Count PowerState Guest VMHost -Unique -Descending -Sum (a+)+ \\ '(' -in -contains
"""
_PIECES = st.sampled_from(_WORDS.split())


def refused(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        run_query(text, PlainView(), clock=StillClock())
    assert caught.value.way_out
    return caught.value


@pytest.mark.parametrize(
    ("query", "way_out"),
    [
        ("Set-VM web-01 -NumCpu 4", "/iaas transform"),
        ("get-vm web-01 | set-vm -NumCpu 4", "/iaas transform"),
        ("Start-VM web-01", "/iaas poweron"),
        ("Stop-VM web-01", "/iaas poweroff"),
        ("Stop-VMGuest web-01", "/iaas poweroff"),
        ("Restart-VM web-01", "/iaas reset"),
        ("Restart-VMGuest web-01", "/iaas reboot"),
        ("New-VM web-09", "/iaas spawn"),
        ("get-vm | Remove-VM", "/iaas nuke"),
        ("Move-VM web-01", "/iaas move"),
        ("New-Snapshot web-01", "/iaas snapshot"),
        ("Invoke-Expression 'x'", "Get-VM"),
        ("iex x", "Get-VM"),
        ("Set-VMHost esx-1 -State Maintenance", "/iaas help"),
        ("get-vm | Export-Csv x.csv", "CSV"),
        ("get-vm | % { $_.Name }", "ExpandProperty"),
        ("get-vmm", "Get-VM"),
        ("./run.ps1", "Get-VM"),
    ],
)
def test_a_cmdlet_that_is_not_run_names_what_does_it(query: str, way_out: str) -> None:
    assert way_out in refused(query).way_out


@pytest.mark.parametrize(
    ("query", "cause", "position"),
    [
        ("", "empty", 0),
        ("get-vm; get-vm", "second command", 6),
        ("get-vm & calc", "program", 7),
        ("get-vm > out.txt", "writes a file", 7),
        ("get-vm < in.txt", "reads a file", 7),
        ("get-vm || get-vm", "second command", 7),
        ("$x = get-vm", "no variables", 0),
        ("get-vm $name", "variable", 7),
        ("get-vm $(get-date)", "run code", 7),
        ("get-vm (get-cluster a)", "run first", 7),
        ("(get-vm).Name", "run first", 0),
        ("get-vm @{a=1}", "hash table", 7),
        ("get-vm @args", "splat", 7),
        ("get-vm | ? { $_.Name.ToUpper() -eq 'X' }", "method", 13),
        ("get-vm | ? { $_.Name[0] -eq 'X' }", "property names only", 13),
        ("get-vm | ? { [System.IO.File]::Delete('x') }", ".NET type", 13),
        ("get-vm | ? { $_.Name = 'x' }", "assigns", 21),
        ("get-vm | ? { $_.NumCpu * 2 -gt 4 }", "calculates", 23),
        ("get-vm | ? { $env.PATH }", "doesn't have", 13),
        ('get-vm "web-$x"', "double quotes", 12),
        ("get-vm 'web", "never closed", 7),
        ("get-vm | ? { $_.Name -eq 'x'", "} is expected", 28),
        ("get-vm | ? NumCpu -gt 4 -and Name -eq x", "braces", 24),
        ("get-vm | ? { -not $_.Name -eq 'x' }", "parentheses", 26),
        ("get-vm | ? { $_.NumCpu -bxor 1 }", "no comparison", 23),
        ("get-vm | select Nme", "no property 'Nme'", 16),
        ("get-vm | ? VMHost.Nme -eq x", "no property 'Nme'", 11),
        ("get-vm | ? { $_.Name -match '(' }", "never closes", None),
        ("get-vm -Nope x", "no parameter -Nope", 7),
        ("get-vm -Name a -Name b", "given twice", 15),
        ("get-vm a b", "means nothing there", 9),
        ("get-vm | select -First x", "whole number", 23),
        ("get-vm | select -First -1", "whole number", 23),
        ("select Name", "before it", 0),
        ("get-vm |", "where a cmdlet should stand", 8),
        ("get-vm | fl | select Name", "Only Out-String", None),
        ("get-task | get-vm", "can't take", 11),
        ("get-vievent web-01 -Start yesterday", "no date", 19),
        ("get-vm | measure -Sum", "needs a property", 9),
        ("get-vm | measure Name -Sum", "no numbers", 17),
        ("get-vm | ? { $_.NumCpu -gt 'many' }", "can't be compared", None),
        ("get-vm nope", "'nope'", 0),
        ("get-vm -Location nope", "'nope'", 0),
        ("get-vm " + "x" * 3000, "characters", None),
        ("get-vm | ? { " + "(" * 60 + "1" + ")" * 60 + " }", "too deep", 53),
    ],
)
def test_what_is_no_query_is_refused_where_it_stands(query: str, cause: str, position: int | None) -> None:
    error = refused(query)

    assert cause in str(error)
    assert error.position == position


def test_an_unknown_property_is_answered_with_the_nearest() -> None:
    assert "PowerState" in refused("get-vm | fl PowrState").way_out


def test_a_refusal_comes_before_anything_is_read() -> None:
    with pytest.raises(QueryError):
        parse("get-vm nothing* | sort Nope")


@given(st.text(max_size=120))
@example("get-vm | ? { $_.Name -match '(((((' }")
@example("get-vm '`")
@example("get-vm | select -First \u0663")
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    _run_or_refuse(text)


@given(st.lists(_PIECES, max_size=25).map(" ".join))
def test_any_mixture_of_words_is_a_query_or_a_query_error(text: str) -> None:
    _run_or_refuse(text)
    _run_or_refuse(f"get-vm | {text}")
    _run_or_refuse(f"get-vm | ? {{ {text} }}")


def _run_or_refuse(text: str) -> None:
    said = "a result"
    try:
        run_query(text, PlainView(), clock=StillClock())
    except QueryError as error:
        said = str(error) and error.way_out
    assert said


def test_a_query_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(QueryError, match="longer than 5 s"):
        run_query("get-vm | sort Name", PlainView(), clock=StillClock(each_look_s=1.0))


def test_a_vcenter_that_there_is_not_is_told_with_those_that_there_are() -> None:
    error = refused("Get-VM -Server evil")

    assert (str(error), error.way_out) == ("No vCenter is called 'evil'", "There is lab.")


def test_a_wildcard_that_is_too_big_is_shown_as_it_was_written() -> None:
    written = "*a" * 300

    error = refused(f"get-vm '{written}'")

    assert str(error) == f"The name {written!r} is too big"
    assert "(.|" not in str(error) + error.way_out


def test_the_package_can_evaluate_nothing() -> None:
    forbidden = {"eval", "exec", "compile", "__import__", "getattr", "setattr", "globals", "locals", "open"}
    modules = {"subprocess", "os", "importlib", "ctypes", "pickle", "builtins", "sys", "socket"}
    for path in Path(bot.powercli.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in forbidden, path
            if isinstance(node, ast.Import | ast.ImportFrom):
                named = [getattr(node, "module", None) or "", *(one.name for one in node.names)]
                assert not modules & {name.partition(".")[0] for name in named}, path


def test_a_cell_of_the_file_is_never_taken_for_a_formula() -> None:
    view = PlainView(all_vms=(vm(1, "=cmd|'/c calc'!A1"), vm(2, "a,b\nc")))

    rows = list(
        csv.reader(io.StringIO(to_csv(run_query("get-vm | select Name", view, clock=StillClock())).decode("utf-8-sig")))
    )

    assert rows == [["Name"], ["'=cmd|'/c calc'!A1"], ["a,b\nc"]]


def test_a_name_with_line_breaks_stays_on_its_line() -> None:
    view = PlainView(all_vms=(vm(1, "a\nb"), VMS[0]))

    assert len(run_query("get-vm", view, clock=StillClock()).text.splitlines()) == 4
