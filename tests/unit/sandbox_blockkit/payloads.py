"""Small sound Block Kit payloads, and the 106 ways to break one, keyed as in the shared list."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.slack.blockkit import validate_blocks, validate_view

Json = dict[str, Any]
Judge = Callable[[Any], list[str]]


def x(count: int) -> str:
    """A word of `count` characters."""
    return "x" * count


def plain(text: str = "Text") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "Text") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**fields: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **fields}


def accessory(element: Json) -> Json:
    return section(accessory=element)


def button(**fields: Any) -> Json:
    return accessory({"type": "button", "action_id": "a", "text": plain(), **fields})


def confirm(**fields: Any) -> Json:
    sound = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}
    return button(confirm={**sound, **fields})


def option(number: int = 0, **fields: Any) -> Json:
    return {"text": plain(f"Option {number}"), "value": f"v{number}", **fields}


def options(count: int) -> list[Json]:
    return [option(number) for number in range(count)]


def group(count: int = 1, label: str = "Group") -> Json:
    return {"label": plain(label), "options": options(count)}


def menu(**fields: Any) -> Json:
    return accessory({"type": "static_select", "action_id": "a", **fields})


def chosen(kind: str, count: int) -> Json:
    return accessory({"type": kind, "action_id": "a", "options": options(count)})


def asked(element: Json, **fields: Any) -> Json:
    return {"type": "input", "label": plain(), "element": {"action_id": "a", **element}, **fields}


def image(**fields: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A picture", **fields}


def source(url: str) -> Json:
    task = {"task_id": "t", "title": "Task", "status": "complete"}
    return {"type": "task_card", **task, "sources": [{"type": "url", "url": url, "text": "Source"}]}


def raw(text: str = "cell") -> Json:
    return {"type": "raw_text", "text": text}


def table(rows: list[list[Json]], **fields: Any) -> Json:
    return {"type": "table", "rows": rows, **fields}


def data_table(rows: list[list[Json]] | None = None, **fields: Any) -> Json:
    return {"type": "data_table", "caption": "Data", "rows": rows or [[raw()], [raw()]], **fields}


def video(**fields: Any) -> Json:
    address = "https://example.com/v"
    sound = {"alt_text": "A film", "title": plain(), "thumbnail_url": address, "video_url": address}
    return {"type": "video", **sound, **fields}


def card(**fields: Any) -> Json:
    return {"type": "card", "title": mrkdwn(), **fields}


def container(**fields: Any) -> Json:
    return {"type": "container", "title": plain(), "child_blocks": [section()], **fields}


def feedback(**fields: Any) -> Json:
    good = {"text": plain(), "value": "good"}
    element = {"type": "feedback_buttons", "positive_button": {**good, **fields}, "negative_button": good}
    return {"type": "context_actions", "elements": [element]}


def icon_button(**fields: Any) -> Json:
    return {"type": "icon_button", "icon": "trash", "text": plain(), **fields}


def point(number: int = 0, **fields: Any) -> Json:
    return {"label": f"p{number}", "value": 1, **fields}


def pie(count: int = 1, title: str = "Chart", **fields: Any) -> Json:
    slices = [point(number, **fields) for number in range(count)]
    return {"type": "data_visualization", "title": title, "chart": {"type": "pie", "segments": slices}}


def bars(
    series: int = 1,
    points: int = 1,
    *,
    name: str = "Series",
    label: str = "p0",
    categories: list[str] | None = None,
    **axes: Any,
) -> Json:
    data = [point(number) for number in range(points)]
    if label != "p0":
        data = [point(label=label)]
    known = [p["label"] for p in data] or ["p0"] if categories is None else categories
    chart = {
        "type": "bar",
        "series": [{"name": name, "data": data} for _ in range(series)],
        "axis_config": {"categories": known, **axes},
    }
    return {"type": "data_visualization", "title": "Chart", "chart": chart}


def modal(**fields: Any) -> Json:
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": [section()], **fields}


def row(cells: int) -> list[Json]:
    return [raw() for _ in range(cells)]


def judge(payload: Any) -> list[str]:
    """Judge one payload where Slack would show it: a view, a modal, else a message."""
    if payload.get("type") in ("modal", "home"):
        return validate_view(payload)
    in_modal = payload.get("type") in ("alert", "input")
    return validate_blocks([payload], "modal" if in_modal else "message")


CATEGORIES_21 = [f"p{number}" for number in range(21)]

BROKEN: Mapping[str, tuple[Json, Json]] = {
    "text-empty": (section(text=mrkdwn("x")), section(text=mrkdwn(""))),
    "text-too-long": (section(text=mrkdwn(x(3000))), section(text=mrkdwn(x(3001)))),
    "button-action-id-too-long": (button(action_id=x(255)), button(action_id=x(256))),
    "button-text-too-long": (button(text=plain(x(75))), button(text=plain(x(76)))),
    "button-url-too-long": (button(url=x(3000)), button(url=x(3001))),
    "button-value-too-long": (button(value=x(2000)), button(value=x(2001))),
    "confirmation-title-too-long": (confirm(title=plain(x(100))), confirm(title=plain(x(101)))),
    "confirmation-text-too-long": (confirm(text=plain(x(300))), confirm(text=plain(x(301)))),
    "confirmation-confirm-too-long": (confirm(confirm=plain(x(30))), confirm(confirm=plain(x(31)))),
    "confirmation-deny-too-long": (confirm(deny=plain(x(30))), confirm(deny=plain(x(31)))),
    "option-text-too-long": (
        menu(options=[option(text=plain(x(75)))]),
        menu(options=[option(text=plain(x(76)))]),
    ),
    "option-value-too-long": (menu(options=[option(value=x(150))]), menu(options=[option(value=x(151))])),
    "option-url-too-long": (
        accessory({"type": "overflow", "options": [option(url="😀" * 3000)]}),
        accessory({"type": "overflow", "options": [option(url="😀" * 3001)]}),
    ),
    "option-description-too-long": (
        menu(options=[option(description=plain(x(75)))]),
        menu(options=[option(description=plain(x(76)))]),
    ),
    "option-group-label-too-long": (
        menu(option_groups=[group(label=x(75))]),
        menu(option_groups=[group(label=x(76))]),
    ),
    "option-group-empty": (menu(option_groups=[group(1)]), menu(option_groups=[group(0)])),
    "option-group-too-many-options": (menu(option_groups=[group(100)]), menu(option_groups=[group(101)])),
    "select-placeholder-too-long": (
        menu(options=options(1), placeholder=plain(x(150))),
        menu(options=options(1), placeholder=plain(x(151))),
    ),
    "select-too-many-options": (menu(options=options(100)), menu(options=options(101))),
    "select-too-many-option-groups": (
        menu(option_groups=[group()] * 100),
        menu(option_groups=[group()] * 101),
    ),
    "overflow-empty": (chosen("overflow", 1), chosen("overflow", 0)),
    "overflow-too-many-options": (chosen("overflow", 5), chosen("overflow", 6)),
    "checkboxes-empty": (chosen("checkboxes", 1), chosen("checkboxes", 0)),
    "checkboxes-too-many-options": (chosen("checkboxes", 10), chosen("checkboxes", 11)),
    "radio-buttons-empty": (chosen("radio_buttons", 1), chosen("radio_buttons", 0)),
    "radio-buttons-too-many-options": (chosen("radio_buttons", 10), chosen("radio_buttons", 11)),
    "url-source-url-empty": (source("x"), source("")),
    "url-source-url-too-long": (source(x(3000)), source(x(3001))),
    "table-too-many-rows": (table([row(1)] * 100), table([row(1)] * 101)),
    "table-ragged-rows": (table([row(2), row(2)]), table([row(2), row(1)])),
    "table-column-settings-mismatch": (
        table([row(2)], column_settings=[{"align": "right"}] * 2),
        table([row(2)], column_settings=[{"align": "right"}] * 3),
    ),
    "file-input-max-files-too-small": (
        asked({"type": "file_input", "max_files": 1}),
        asked({"type": "file_input", "max_files": 0}),
    ),
    "file-input-max-files-too-large": (
        asked({"type": "file_input", "max_files": 10}),
        asked({"type": "file_input", "max_files": 11}),
    ),
    "plain-text-input-max-length-too-large": (
        asked({"type": "plain_text_input", "max_length": 3000}),
        asked({"type": "plain_text_input", "max_length": 3001}),
    ),
    "actions-too-many-elements": (
        {"type": "actions", "elements": [{"type": "button", "text": plain()}] * 25},
        {"type": "actions", "elements": [{"type": "button", "text": plain()}] * 26},
    ),
    "context-too-many-elements": (
        {"type": "context", "elements": [mrkdwn()] * 10},
        {"type": "context", "elements": [mrkdwn()] * 11},
    ),
    "header-text-too-long": (
        {"type": "header", "text": plain(x(150))},
        {"type": "header", "text": plain(x(151))},
    ),
    "image-url-too-long": (image(image_url=x(3000)), image(image_url=x(3001))),
    "image-alt-text-too-long": (image(alt_text=x(2000)), image(alt_text=x(2001))),
    "input-label-too-long": (
        asked({"type": "plain_text_input"}, label=plain(x(2000))),
        asked({"type": "plain_text_input"}, label=plain(x(2001))),
    ),
    "input-hint-too-long": (
        asked({"type": "plain_text_input"}, hint=plain(x(2000))),
        asked({"type": "plain_text_input"}, hint=plain(x(2001))),
    ),
    "markdown-empty": ({"type": "markdown", "text": "x"}, {"type": "markdown", "text": ""}),
    "markdown-too-long": ({"type": "markdown", "text": x(12000)}, {"type": "markdown", "text": x(12001)}),
    "section-text-too-long": (section(text=plain(x(3000))), section(text=plain(x(3001)))),
    "section-too-many-fields": (section(fields=[mrkdwn()] * 10), section(fields=[mrkdwn()] * 11)),
    "section-field-too-long": (section(fields=[mrkdwn(x(2000))]), section(fields=[mrkdwn(x(2001))])),
    "video-alt-text-empty": (video(alt_text="x"), video(alt_text="")),
    "video-alt-text-too-long": (video(alt_text=x(200)), video(alt_text=x(201))),
    "video-title-too-long": (video(title=plain(x(200))), video(title=plain(x(201)))),
    "video-author-name-too-long": (video(author_name=x(50)), video(author_name=x(51))),
    "video-description-too-long": (video(description=plain(x(200))), video(description=plain(x(201)))),
    "video-provider-name-too-long": (video(provider_name=x(50)), video(provider_name=x(51))),
    "view-missing-blocks": (modal(), modal(blocks=[])),
    "view-too-many-blocks": (modal(blocks=[section()] * 100), modal(blocks=[section()] * 101)),
    "view-private-metadata-too-long": (modal(private_metadata=x(3000)), modal(private_metadata=x(3001))),
    "view-callback-id-too-long": (modal(callback_id=x(255)), modal(callback_id=x(256))),
    "view-title-too-long": (modal(title=plain(x(24))), modal(title=plain(x(25)))),
    "view-close-too-long": (modal(close=plain(x(24))), modal(close=plain(x(25)))),
    "view-submit-too-long": (modal(submit=plain(x(24))), modal(submit=plain(x(25)))),
    "section-missing-content": (section(), {"type": "section", "block_id": "b"}),
    "static-select-options-and-groups": (
        menu(options=options(1)),
        menu(options=options(1), option_groups=[group()]),
    ),
    "image-url-and-slack-file": (accessory(image()), accessory(image(slack_file={"id": "F1"}))),
    "number-input-inverted-range": (
        asked({"type": "number_input", "is_decimal_allowed": False, "min_value": "9", "max_value": "10"}),
        asked({"type": "number_input", "is_decimal_allowed": False, "min_value": "10", "max_value": "9"}),
    ),
    "context-invalid-element": (
        {"type": "context", "elements": [image()]},
        {"type": "context", "elements": [{"type": "button", "text": plain()}]},
    ),
    "input-invalid-element": (
        asked({"type": "datepicker"}),
        asked({"type": "button", "text": plain()}),
    ),
    "block-id-too-long": (section(block_id=x(255)), section(block_id=x(256))),
    "button-accessibility-label-too-long": (
        button(accessibility_label=x(75)),
        button(accessibility_label=x(76)),
    ),
    "alert-text-too-long": (
        {"type": "alert", "text": mrkdwn(x(200))},
        {"type": "alert", "text": mrkdwn(x(201))},
    ),
    "card-title-too-long": (card(title=mrkdwn(x(150))), card(title=mrkdwn(x(151)))),
    "card-subtitle-too-long": (card(subtitle=mrkdwn(x(150))), card(subtitle=mrkdwn(x(151)))),
    "card-body-too-long": (card(body=mrkdwn(x(200))), card(body=mrkdwn(x(201)))),
    "card-too-many-actions": (
        card(actions=[{"type": "button", "text": plain()}] * 3),
        card(actions=[{"type": "button", "text": plain()}] * 4),
    ),
    "card-subtext-too-long": (card(subtext=mrkdwn(x(200))), card(subtext=mrkdwn(x(201)))),
    "carousel-empty": ({"type": "carousel", "elements": [card()]}, {"type": "carousel", "elements": []}),
    "carousel-too-many-cards": (
        {"type": "carousel", "elements": [card()] * 10},
        {"type": "carousel", "elements": [card()] * 11},
    ),
    "container-title-too-long": (container(title=plain(x(150))), container(title=plain(x(151)))),
    "container-subtitle-too-long": (container(subtitle=mrkdwn(x(150))), container(subtitle=mrkdwn(x(151)))),
    "container-too-many-child-blocks": (
        container(child_blocks=[section()] * 10),
        container(child_blocks=[section()] * 11),
    ),
    "context-actions-too-many-elements": (
        {"type": "context_actions", "elements": [icon_button()] * 5},
        {"type": "context_actions", "elements": [icon_button()] * 6},
    ),
    "feedback-button-text-too-long": (feedback(text=plain(x(75))), feedback(text=plain(x(76)))),
    "feedback-button-value-too-long": (feedback(value=x(2000)), feedback(value=x(2001))),
    "feedback-button-accessibility-label-too-long": (
        feedback(accessibility_label=x(75)),
        feedback(accessibility_label=x(76)),
    ),
    "icon-button-too-many-visible-users": (
        {"type": "context_actions", "elements": [icon_button(visible_to_user_ids=["U1"] * 10)]},
        {"type": "context_actions", "elements": [icon_button(visible_to_user_ids=["U1"] * 11)]},
    ),
    "data-table-too-few-rows": (data_table([row(1)] * 2), data_table([row(1)])),
    "data-table-too-many-rows": (data_table([row(1)] * 201), data_table([row(1)] * 202)),
    "data-table-too-few-columns": (data_table([row(1)] * 2), data_table([[], []])),
    "data-table-too-many-columns": (data_table([row(20)] * 2), data_table([row(21)] * 2)),
    "data-table-page-size-too-small": (data_table(page_size=1), data_table(page_size=0)),
    "data-table-page-size-too-large": (data_table(page_size=100), data_table(page_size=101)),
    "data-table-cell-text-empty": (data_table([[raw()], [raw("x")]]), data_table([[raw()], [raw("")]])),
    "data-table-content-too-long": (
        data_table([[raw(x(10_000))], [raw(x(10_000))]]),
        data_table([[raw(x(10_000))], [raw(x(10_001))]]),
    ),
    "data-visualization-title-too-long": (pie(title=x(50)), pie(title=x(51))),
    "pie-chart-empty": (pie(1), pie(0)),
    "pie-chart-too-many-segments": (pie(12), pie(13)),
    "chart-segment-label-too-long": (pie(label=x(20)), pie(label=x(21))),
    "chart-segment-value-not-positive": (pie(value=0.1), pie(value=0)),
    "chart-series-empty": (bars(1), bars(0)),
    "chart-too-many-series": (bars(12), bars(13)),
    "data-series-name-too-long": (bars(name=x(20)), bars(name=x(21))),
    "data-series-empty": (bars(points=1), bars(points=0)),
    "data-series-too-many-points": (bars(points=20), bars(points=21, categories=["p0"])),
    "data-point-label-too-long": (bars(label=x(20)), bars(label=x(21))),
    "axis-categories-empty": (bars(categories=["p0"]), bars(categories=[])),
    "axis-too-many-categories": (bars(categories=CATEGORIES_21[:20]), bars(categories=CATEGORIES_21)),
    "axis-category-label-too-long": (bars(categories=["p0", x(20)]), bars(categories=["p0", x(21)])),
    "axis-label-too-long": (bars(x_label=x(50)), bars(x_label=x(51))),
}
"""Case id → (the same payload at the limit, which is sound; the payload that must be refused)."""
