"""Reads the configuration file and the environment, and tells every problem at once: file, key, reason, example."""

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource, SettingsError
from rapidfuzz import process

from bot.config.agreement import disagreements
from bot.config.model import Settings
from bot.config.table import Spoken

ENV_PREFIX = "IAAS_"
_NOT_SETTINGS = ("IAAS_SLACK_BOT_TOKEN", "IAAS_SLACK_APP_TOKEN", "IAAS_CONFIG", "IAAS_CRASH_AT")
_LIKENESS_PERCENT = 70


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One mistake."""

    source: str
    """The file, or `environment`."""
    key: str
    reason: str
    example: str | None

    def __str__(self) -> str:
        example = f"\n    for example: {self.example}" if self.example else ""
        return f"{self.source}: {self.key}: {self.reason}{example}"


class ConfigError(Exception):
    """The configuration can't be used; `problems` holds every mistake found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        count = len(problems)
        head = f"{count} problem{'s' if count > 1 else ''} in the configuration:"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in problems)]))


def load(path: Path) -> Settings:
    """Read `path`, let `IAAS_TABLE__KEY` variables override it, and check the whole.

    Raises:
        ConfigError: with every problem at once.
    """
    values, problems = _environment()
    values = _merge(_read(path), values)
    problems += [_problem(found.location, path, reason=found.reason) for found in disagreements(values)]
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigError((*_problems(error, path), *problems)) from None
    if problems:
        raise ConfigError(tuple(problems))
    return settings


def _read(path: Path) -> dict[str, Any]:
    source = str(path)
    try:
        # An editor under Windows may have put a byte order mark first.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        hint = "copy config.example.toml there, or name another file with --config"
        raise ConfigError((Problem(source=source, key="(file)", reason="does not exist", example=hint),)) from None
    except OSError as error:
        reason = f"can't be read: {error.strerror}"
        raise ConfigError((Problem(source=source, key="(file)", reason=reason, example=None),)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            (Problem(source=source, key="(file)", reason=f"is not TOML: {error}", example=None),)
        ) from None


def _environment() -> tuple[dict[str, Any], list[Problem]]:
    """What the variables say, and which of them say nothing that could be a setting."""
    known = tuple(f"{ENV_PREFIX}{name.upper()}__" for name in Settings.model_fields)
    problems = [
        Problem(
            source="environment",
            key=variable,
            reason="is no setting",
            example=f"{ENV_PREFIX}SLACK__COMMAND (table and key with two underscores)",
        )
        for variable in os.environ
        if variable.startswith(ENV_PREFIX) and variable not in _NOT_SETTINGS and not variable.startswith(known)
    ]
    try:
        return _spoken(EnvSettingsSource(Settings)()), problems
    except SettingsError as error:
        cause = f"{error}: {error.__cause__}" if error.__cause__ else str(error)
        return {}, [*problems, Problem(source="environment", key=f"{ENV_PREFIX}…", reason=cause, example=None)]


def _spoken(value: Any) -> Any:  # noqa: ANN401  any value of a setting
    """The same with all text marked as a variable's."""
    if isinstance(value, dict):
        return {key: _spoken(item) for key, item in value.items()}
    return Spoken(value) if isinstance(value, str) else value


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _problems(error: ValidationError, path: Path) -> Iterator[Problem]:
    for details in error.errors(include_url=False):
        location = tuple(details["loc"])
        yield _problem(location, path, reason=_reason(details, _model_at(location)[0]))


def _problem(location: tuple[str | int, ...], path: Path, *, reason: str) -> Problem:
    return Problem(
        source=_source(location, path),
        key=_dotted(location) or "(whole file)",
        reason=reason,
        example=_example(*_model_at(location)),
    )


def _source(location: tuple[str | int, ...], path: Path) -> str:
    variable = ENV_PREFIX + "__".join(str(part).upper() for part in location)
    return f"{path} (from {variable})" if variable in os.environ else str(path)


def _dotted(location: tuple[str | int, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".").removesuffix(".[key]")


def _model_at(location: tuple[str | int, ...]) -> tuple[type[BaseModel], str | None]:
    """The model that the last part of `location` is a key of, and that key where it is one."""
    model: type[BaseModel] = Settings
    field: str | None = None
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            field = part
            inner = _inner_model(model.model_fields[part].annotation)
            if inner is not None:
                model, field = inner, None
        elif isinstance(part, str):
            # The name of a table, or a key that is not known.
            field = None
    return model, field


def _inner_model(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401  an annotation has no narrower type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None


def _reason(details: ErrorDetails, model: type[BaseModel]) -> str:
    match details["type"]:
        case "extra_forbidden":
            key = str(details["loc"][-1])
            near = process.extractOne(key, list(model.model_fields), score_cutoff=_LIKENESS_PERCENT)
            return f"unknown key{f'; did you mean {near[0]}?' if near else ''}"
        case "missing":
            return "is missing"
        case "value_error":
            return details["msg"].removeprefix("Value error, ")
        case _:
            return f"{details['msg'][0].lower()}{details['msg'][1:]}, got {_shown(details['input'])}"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004  one line of a terminal


def _example(model: type[BaseModel], field: str | None) -> str | None:
    if field is None or not model.model_fields[field].examples:
        return None
    example = (model.model_fields[field].examples or [None])[0]
    return f"{field} = {_toml(example)}"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_toml(item)}' for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
