"""Promises that the repository makes about itself."""

import re
import statistics
import subprocess
from pathlib import Path

import pytest

from bot.registry import COMMANDS

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "remediation", "operations", "vsphere", "sandbox", "bench")
MOST_LINES = 400
MEDIAN_LINES = 120
REGISTRY_HOSTS = (
    "pythonhosted" + ".org",
    "pypi" + ".org",
    "proxy.golang" + ".org",
    "npmjs" + ".org",
    "deb.debian" + ".org",
)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True)  # noqa: S607  git is on the PATH
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()]


def modules() -> list[Path]:
    return [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in PACKAGES]


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_longer_than_400_lines() -> None:
    files = [*modules(), *tracked("*.go", "*.js", "tests/*.py")]

    assert [f"{path.relative_to(ROOT)}: {lines(path)}" for path in files if lines(path) > MOST_LINES] == []


def test_the_median_module_has_at_most_120_lines() -> None:
    assert statistics.median(lines(path) for path in modules()) <= MEDIAN_LINES


def test_every_verb_has_a_row_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [
        command.name for command in COMMANDS if not re.search(rf"^\|.*`{command.name}\b", readme, re.MULTILINE)
    ] == []


def test_every_verb_has_a_test_of_its_own() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in tracked("tests/*.py"))

    assert [
        command.name for command in COMMANDS if f'"{command.name}' not in tests and f" {command.name} " not in tests
    ] == []


def test_no_file_names_a_host_of_a_package_registry() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked()
        if path.suffix not in {".png", ".ico"}
        for host in REGISTRY_HOSTS
        if host in path.read_text(encoding="utf-8")
    ]

    assert named == []


@pytest.mark.parametrize("document", sorted(path.relative_to(ROOT).as_posix() for path in tracked("*.md")))
def test_links_between_documents_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]

    assert [link for link in targets if not ((ROOT / document).parent / link).exists()] == []
