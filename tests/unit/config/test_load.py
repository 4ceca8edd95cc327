"""The configuration file: complete example, every mistake at once, secrets never shown."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.config import ConfigError, Settings, load
from bot.config.model import VcenterTable
from bot.config.permission import ApprovalTable, RuleTable
from bot.config.secret import Secret, SecretError

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "config.example.toml"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IAAS_CONFIG", "IAAS_SLACK__COMMAND", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return [str(problem) for problem in caught.value.problems]


def test_example_loads_as_it_stands() -> None:
    settings = load(EXAMPLE)

    assert settings.vcenter["prod"].host == "vcenter.example.com"
    assert [rule.name for rule in settings.rule] == ["requesters", "owners", "admins"]


def _keys(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = next((m for m in _models(field.annotation)), None)
        if inner is None:
            yield f"{prefix}{name}"
        else:
            yield from _keys(inner, f"{prefix}{name}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def test_example_names_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")

    missing = [
        key
        for key in _keys(Settings, "")
        if not re.search(rf"^(# )?{key.rpartition('.')[2]} = |^\[.*\b{key.rpartition('.')[2]}\]$", text, re.MULTILINE)
    ]

    assert missing == []


def test_every_field_says_what_it_means_and_shows_an_example() -> None:
    silent = [
        f"{model.__name__}.{name}"
        for model in (VcenterTable, RuleTable, ApprovalTable)
        for name, field in model.model_fields.items()
        if not field.description or not (field.examples or name in {"placement", "quota", "lease"})
    ]

    assert silent == []


def test_five_mistakes_are_told_at_once_each_with_its_key_and_an_example(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text.replace('host = "vcenter.example.com"\n', "")
    text = text.replace("port = 443", 'port = "many"')
    text = text.replace("read_only = false", "read_onli = false")
    text = text.replace('command = "/iaas"', 'command = "iaas"')
    text = text.replace('log_level = "info"', 'log_level = "loud"')
    path = write(tmp_path, text)

    told = problems(path)

    assert len(told) == 5
    for key, words in {
        "vcenter.prod.host": 'is missing\n    for example: host = "vcenter.example.com"',
        "vcenter.prod.port": "'many' is no number: write one, without quotes\n    for example: port = 443",
        "service.read_onli": "unknown key; did you mean read_only?",
        "slack.command": 'got "iaas"\n    for example: command = "/iaas"',
        "service.log_level": 'got "loud"\n    for example: log_level = "info"',
    }.items():
        (line,) = [line for line in told if f"{path}: {key}: " in line]
        assert words in line


@pytest.mark.parametrize("secret", ["xoxb-1234-very-secret", "hunter2"])
def test_a_secret_written_into_the_file_is_refused_and_never_repeated(tmp_path: Path, secret: str) -> None:
    path = write(tmp_path, EXAMPLE.read_text().replace("credential:vcenter-password", secret))

    (told,) = problems(path)

    assert "write where it is to be found" in told
    assert secret not in told


def test_password_in_the_database_url_is_refused_and_never_repeated(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("sqlite:///iaas-bot.db", "postgresql+psycopg://iaas:hunter2@db/iaas")

    (told,) = problems(write(tmp_path, text))

    assert "use the key password" in told
    assert "hunter2" not in told


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    (told,) = problems(tmp_path / "none.toml")

    assert "does not exist" in told
    assert "config.example.toml" in told


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    (told,) = problems(write(tmp_path, "[slack]\ncommand = \n"))

    assert "line 2" in told


def test_environment_overrides_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAAS_SLACK__COMMAND", "/cloud")

    assert load(EXAMPLE).slack.command == "/cloud"


def test_misspelt_variable_is_a_mistake_and_not_a_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAAS_SERVICE_READ_ONLY", "true")

    (told,) = problems(EXAMPLE)

    assert "IAAS_SERVICE_READ_ONLY: is no setting" in told


def test_two_vcenters_without_a_default_are_refused(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("default = true", "default = false")
    text += tomllib_table(text)

    (told,) = problems(write(tmp_path, text))

    assert "exactly one must say default = true" in told


def tomllib_table(text: str) -> str:
    placement = tomllib.loads(text)["vcenter"]["prod"]["placement"]["folder"]
    return (
        '\n[vcenter.lab]\nhost = "lab"\nusername = "u"\npassword = "env:LAB"\n'
        f'[vcenter.lab.placement]\nfolder = "{placement}"\n'
    )


def test_rule_that_names_nobody_is_refused(tmp_path: Path) -> None:
    text = EXAMPLE.read_text() + '\n[[rule]]\nname = "nobody"\nchannels = ["*"]\nverbs = ["*"]\n'

    (told,) = problems(write(tmp_path, text))

    assert "names nobody" in told


def test_secret_is_read_from_environment_file_and_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    monkeypatch.setenv("A_TOKEN", " s3cret ")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    read = [Secret(place).read() for place in ("env:A_TOKEN", f"file:{tmp_path}/token", "credential:token")]

    assert read == ["s3cret"] * 3
    assert "s3cret" not in repr(Secret("env:A_TOKEN"))


@pytest.mark.parametrize("place", ["env:NOT_THERE_AT_ALL", "file:/nowhere/at/all", "credential:none"])
def test_secret_that_is_not_there_names_its_place(place: str) -> None:
    with pytest.raises(SecretError, match=place.partition(":")[2].replace("/", "/")):
        Secret(place).read()
