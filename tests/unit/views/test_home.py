"""The Home tab."""

from bot.views.home import home
from tests.unit.views.samples import DONE, NOW, OPERATION


def test_home_shows_ones_operations_newest_first_with_a_button_each() -> None:
    view = home([OPERATION, DONE], NOW)

    rows = [block for block in view["blocks"] if "accessory" in block]

    assert [row["text"]["text"].partition(" ")[0] for row in rows] == [":gear:", ":white_check_mark:"]
    assert "status R7F3K" in rows[0]["accessory"]["value"]


def test_home_leads_to_what_is_red() -> None:
    (row,) = [block for block in home([], NOW)["blocks"] if block["type"] == "actions"]

    assert [element["text"]["text"] for element in row["elements"]][:2] == ["My VMs", "What is red?"]
    assert "remediation status" in row["elements"][1]["value"]


def test_home_of_a_newcomer_says_what_to_type() -> None:
    view = home([], NOW)

    assert "`/iaas help`" in str(view["blocks"])
    assert "None yet." in str(view["blocks"])
