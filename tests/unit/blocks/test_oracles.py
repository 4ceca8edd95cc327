"""The same blocks as two independent libraries build them."""

from typing import Any

import slackblocks
from slack_sdk.models import blocks as sdk

from bot.blocks import elements, layout
from tests.unit.blocks import samples


def _bare(value: Any) -> Any:
    """Without what a library adds by itself (ids it makes up, defaults it writes out)."""
    if isinstance(value, dict):
        kept = {key: _bare(one) for key, one in value.items() if key != "block_id"}
        return {key: one for key, one in kept.items() if one not in (None, False)}
    return [_bare(one) for one in value] if isinstance(value, list) else value


def test_a_section_is_as_slackblocks_builds_it() -> None:
    theirs = slackblocks.SectionBlock(slackblocks.Text("hello *you*", verbatim=True))._resolve()

    assert _bare(layout.section("hello *you*")) == _bare(theirs)


def test_a_header_is_as_slackblocks_builds_it() -> None:
    words = slackblocks.Text("Head", type_=slackblocks.TextType.PLAINTEXT, emoji=True)

    assert _bare(layout.header("Head")) == _bare(slackblocks.HeaderBlock(words)._resolve())


def test_a_button_is_as_slackblocks_builds_it() -> None:
    words = slackblocks.Text("Go", type_=slackblocks.TextType.PLAINTEXT, emoji=True)
    theirs = slackblocks.Button(words, action_id="a", value="v", style="danger")._resolve()

    assert _bare(elements.button("Go", action_id="a", value="v", style="danger")) == _bare(theirs)


def test_a_table_is_as_slackblocks_builds_it() -> None:
    rows = [["Name", "Power"], ["web-01", "on"]]
    theirs = slackblocks.TableBlock([[slackblocks.RawText(text) for text in row] for row in rows])._resolve()

    assert _bare(layout.table(rows[0], rows[1:])) == _bare(theirs)


def test_slack_sdk_reads_every_block_back_unchanged() -> None:
    known = [block for block in samples.EVERY_MESSAGE_BLOCK if block["type"] != "container"]

    for block in (*known, *samples.EVERY_MODAL_BLOCK):
        read = sdk.Block.parse(block)
        assert read is not None, block["type"]
        assert _bare(read.to_dict()) == _bare(block)
