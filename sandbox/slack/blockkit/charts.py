"""The charts of a data_visualization block."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.blockkit.shapes import Items, Number, Object, Problem, Problems, Str, Typed

_LABEL = Str(20)
_POINT = Object(required={"label": _LABEL, "value": Number(whole=False)})
_SLICE = Object(required={"label": _LABEL, "value": Number(whole=False, above=0)})
_SERIES = Object(required={"name": _LABEL, "data": Items(_POINT, 1, 20)})
_AXES = Object(required={"categories": Items(_LABEL, 1, 20)}, optional={"x_label": Str(50), "y_label": Str(50)})


def _labels_are_categories(value: Mapping[str, Any], at: str) -> Problems:
    categories = value["axis_config"]["categories"]
    for index, series in enumerate(value["series"]):
        if any(point["label"] not in categories for point in series["data"]):
            message = "every label must be one of axis_config.categories"
            yield Problem(message=message, at=f"{at}/series/{index}/data")


_AXED = Object(required={"series": Items(_SERIES, 1, 12), "axis_config": _AXES}, rules=(_labels_are_categories,))

CHART = Typed(
    {
        "pie": Object(required={"segments": Items(_SLICE, 1, 12)}),
        "bar": _AXED,
        "line": _AXED,
        "area": _AXED,
    }
)
