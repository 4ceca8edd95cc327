"""An answer that started no operation: title, lines, fields, table, code, buttons, note, in this order."""

from collections.abc import Callable

from bot.answers import Answer
from bot.blocks import limits
from bot.blocks.elements import Json
from bot.blocks.layout import context, fields, preformatted, section
from bot.blocks.text import clip, code, escape, escape_for_one, when
from bot.grammar import command_line
from bot.views import buttons, glyphs, tables
from bot.views.message import Message, message
from operations.model import Operation, State

_PARTS = 20
"""Sections of lines and fields together that leave room for the rest of a message."""


def answer(value: Answer) -> Message:
    """What the command has to say, with all of its foreign text escaped; only an answer to one person names people."""
    safe = escape_for_one if value.private else escape
    head = f"{glyphs.of_tone(value.tone)} *{_bold(safe(value.title))}*".strip()
    lines = [safe(line) for line in value.lines]
    parts = [section(head), *_paragraphs(lines), *fields((escape(a), safe(b)) for a, b in value.fields)][:_PARTS]
    parts += tables.blocks(value.table) if value.table else []
    parts += [preformatted(value.code)] if value.code else []
    parts += buttons.picker(value.choices) if value.choices else []
    parts += buttons.row(value.buttons)
    parts += [context(escape(value.note))] if value.note else []
    return message([head, *lines, *_words(value, safe)], parts)


def again(card: Message, operation: Operation) -> Message:
    """The card of an operation that answers a second wish for the same; of one that waits for its hour, the way out."""
    told = "You have asked for this already: it is one operation, and this is how far it is."
    if operation.state is State.QUEUED and operation.not_before is not None:
        told = (
            f"This is planned for {when(operation.not_before)} already, and nothing was added. To have it at another "
            f"time or at once, cancel it first: {code(command_line('cancel', operation.id))}."
        )
    return Message(text=clip(f"{told}\n{card.text}", limits.MESSAGE_TEXT), blocks=(context(told), *card.blocks))


def _bold(title: str) -> str:
    # Slack ends bold at a line break, so a title has one line.
    return clip(" ".join(title.split()), limits.TEXT - 100)


def _paragraphs(lines: list[str]) -> list[Json]:
    """Lines gathered into as few sections as Slack's limit allows."""
    groups: list[str] = []
    for line in lines:
        if groups and len(groups[-1]) + len(line) < limits.TEXT:
            groups[-1] += f"\n{line}"
        else:
            groups.append(line)
    return [section(group) for group in groups]


def _words(value: Answer, safe: Callable[[str], str]) -> list[str]:
    """What the blocks show beside title and lines, as words."""
    words = [f"{escape(label)}: {safe(text)}" for label, text in value.fields]
    if value.table:
        words += [" | ".join(map(safe, row)) for row in (value.table.columns, *value.table.rows)]
    words += [escape(value.code)] if value.code else []
    words += [f"- {escape(choice.label)}" for choice in value.choices]
    return [*words, escape(value.note or "")]
