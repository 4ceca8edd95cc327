"""How the tests of views read a message: its words, and what its buttons say."""

import re

from bot.blocks.gate import Surface, check
from bot.views.ids import Click
from bot.views.message import Message


def plain(message: Message) -> str:
    """What people read, with times as TIME."""
    return re.sub(r"<!date[^>]*>", "TIME", message.text)


def clicks(message: Message) -> dict[str, Click]:
    """What each button says, by its label."""
    check({"text": message.text, "blocks": list(message.blocks)}, Surface.MESSAGE)
    found: dict[str, Click] = {}
    for block in message.blocks:
        for element in block["elements"] if block["type"] == "actions" else ():
            click = Click.load(element["value"])
            assert click is not None
            found[element["text"]["text"]] = click
    return found


def commands(message: Message) -> dict[str, str]:
    return {label: click.line for label, click in clicks(message).items()}
