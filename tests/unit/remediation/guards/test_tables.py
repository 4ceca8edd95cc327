"""Every guard rail has a table of cases, with a yes and a no in it, and asks for no more than it says."""

import importlib
import inspect
import pkgutil
from dataclasses import replace
from types import ModuleType

import pytest

import remediation.guards
from remediation.admission import Guard
from remediation.guards import ALL_GUARDS
from tests.unit.remediation.guards.rows import Row

NAMES = [module.name for module in pkgutil.iter_modules(remediation.guards.__path__)]


def module_of(guard: Guard) -> str:
    return type(guard).__module__.rpartition(".")[2]


def its_tests(name: str) -> ModuleType:
    return importlib.import_module(f"tests.unit.remediation.guards.test_{name}")


def tables(name: str) -> list[tuple[Row, ...]]:
    found = vars(its_tests(name)).values()
    return [one for one in found if isinstance(one, tuple) and one and all(isinstance(row, Row) for row in one)]


def test_every_class_of_the_package_is_asked() -> None:
    classes = {
        one
        for name in NAMES
        for one in vars(importlib.import_module(f"remediation.guards.{name}")).values()
        if inspect.isclass(one) and one.__module__.startswith("remediation.guards.") and hasattr(one, "check")
    }

    assert classes == {type(guard) for guard in ALL_GUARDS}


def test_no_two_are_called_the_same() -> None:
    assert len({guard.name for guard in ALL_GUARDS}) == len(ALL_GUARDS)


@pytest.mark.parametrize("guard", ALL_GUARDS, ids=lambda guard: type(guard).__name__)
def test_every_guard_rail_has_a_table_of_cases_of_its_own(guard: Guard) -> None:
    source = inspect.getsource(its_tests(module_of(guard)))

    assert f"assert_answer({type(guard).__name__}(), row)" in source


@pytest.mark.parametrize("name", NAMES)
def test_every_table_has_a_yes_and_a_no(name: str) -> None:
    guards = [guard for guard in ALL_GUARDS if module_of(guard) == name]
    found = tables(name)

    assert len(found) == len(guards)
    assert all({row.kind is None for row in table} == {True, False} for table in found)
    assert all(len({row.says for row in table}) == len(table) for table in found)


@pytest.mark.parametrize(
    "guard", [guard for guard in ALL_GUARDS if not guard.needs_metrics], ids=lambda guard: type(guard).__name__
)
def test_what_says_that_it_needs_no_figures_answers_the_same_without(guard: Guard) -> None:
    cases = [row.case for table in tables(module_of(guard)) for row in table]

    without = [replace(one, facts=replace(one.facts, samples=(), host_samples=(), disks={})) for one in cases]

    assert [guard.check(one) for one in without] == [guard.check(one) for one in cases]
