"""What a person can enter into an element, checked as Slack's client checks it before anything is sent."""

import re
from collections.abc import Callable
from typing import Any, Final

from sandbox.slack.elements import VALUE_KEY, Found, initial_value, option_list
from sandbox.slack.model import Json
from sandbox.slack.people.errors import NotPossibleError

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME: Final = re.compile(r"\d{2}:\d{2}")
_URL: Final = re.compile(r"https?://\S+")
_PATTERN_OF: Final = {
    "email_text_input": _EMAIL,
    "url_text_input": _URL,
    "datepicker": _DATE,
    "timepicker": _TIME,
}
_MAX_TEXT: Final = 3_000


def entry(found: Found, given: Any, suggested: list[Json]) -> Json:  # noqa: ANN401  whatever the test or page says
    """Return the element's state for what was given: an entry in Slack's shape, or the plain value.

    Raises:
        NotPossibleError: no such option, or text that the client would not take.
    """
    kind = str(found.element["type"])
    key = VALUE_KEY[kind]
    value = given.get(key) if isinstance(given, dict) and (key in given or "type" in given) else given
    if value is None or value == "":
        return {"type": kind, key: [] if key.endswith("s") and key != "files" else None}
    return {"type": kind, key: _checked(found, key, value, suggested)}


def missing_input(found: Found, current: Json) -> str | None:
    """Return what Slack's client shows under an input that may not stay as it is, else None."""
    value = current.get(VALUE_KEY[found.element["type"]])
    if value in (None, "", []):
        return None if found.block.get("optional") else "Please complete this required field."
    return None


def action_value(found: Found, given: Json, suggested: list[Json]) -> Json:
    """Return what an action says beside its ids: the choice made in a select, picker, menu or text field.

    Raises:
        NotPossibleError: no such option.
    """
    kind = str(found.element["type"])
    if kind not in VALUE_KEY:
        return {"value": given["value"]} if kind == "feedback_buttons" and "value" in given else {}
    key = VALUE_KEY[kind]
    value = given.get(key, given.get("value"))
    if value is None:
        return {key: initial_value(found.element)[key]}
    return {key: _checked(found, key, value, suggested)}


def _checked(found: Found, key: str, value: Any, suggested: list[Json]) -> Any:  # noqa: ANN401  JSON of any shape
    if key == "selected_option":
        return _option(found, value, suggested)
    if key == "selected_options":
        return [_option(found, item, suggested) for item in _as_list(value)]
    if key == "value":
        return _text(found, str(value))
    if key.endswith("s") and key != "files":
        return _as_list(value)
    _match(found, str(value))
    return value


def _option(found: Found, wanted: Any, suggested: list[Json]) -> Json:  # noqa: ANN401  an option or its value or label
    offered = [*option_list(found.element), *(suggested if "external" in found.element["type"] else [])]
    value = wanted.get("value") if isinstance(wanted, dict) else wanted
    for option in offered:
        if value in {option.get("value"), option.get("text", {}).get("text")}:
            return option
    raise NotPossibleError("no_such_option", f"{found.action_id} offers no {value!r}")


def _text(found: Found, value: str) -> str:
    element = found.element
    checks: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: len(value) < int(element.get("min_length", 0)), "too short"),
        (lambda: len(value) > int(element.get("max_length", _MAX_TEXT)), "too long"),
        (lambda: element["type"] == "number_input" and not _is_number(element, value), "not a number in range"),
    )
    for fails, why in checks:
        if fails():
            raise NotPossibleError("invalid_input", {found.block_id: why})
    _match(found, value)
    return value


def _match(found: Found, value: str) -> None:
    pattern = _PATTERN_OF.get(found.element["type"])
    if pattern is not None and not pattern.fullmatch(value):
        raise NotPossibleError("invalid_input", {found.block_id: f"{value!r} is not what this field takes"})


def _is_number(element: Json, value: str) -> bool:
    try:
        number = float(value) if element.get("is_decimal_allowed") else int(value)
    except ValueError:
        return False
    low, high = element.get("min_value"), element.get("max_value")
    return (low is None or number >= float(low)) and (high is None or number <= float(high))


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401  one item or several
    return list(value) if isinstance(value, list | tuple) else [value]
