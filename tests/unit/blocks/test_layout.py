"""Fields stand in two columns, and what would wrap there in the middle of a word has a line of its own."""

from bot.blocks.layout import fields

PATH = "Frankfurt/vm/Lab → Frankfurt/vm/Lab/Recycle bin"


def test_short_values_share_a_section_and_a_long_one_has_its_own_in_the_same_order() -> None:
    blocks = fields([("vCPU", "2"), ("Memory", "4 GB"), ("Folder", PATH), ("Effect", "none")])

    told = [[one["text"] for one in block.get("fields", [block.get("text")])] for block in blocks]
    assert told == [["*vCPU*\n2", "*Memory*\n4 GB"], [f"*Folder*\n{PATH}"], ["*Effect*\nnone"]]
    assert ["fields" in block for block in blocks] == [True, False, True]


def test_what_slack_shows_shorter_than_it_is_written_counts_as_it_is_shown() -> None:
    blocks = fields(
        [("Owner", "<@U012AB3CD>"), ("Ends", "<!date^1795554000^{date_short_pretty} at {time}|2026-11-24>")]
    )

    assert [len(block["fields"]) for block in blocks] == [2]
