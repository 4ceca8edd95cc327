"""How an answer looks, and what the phone's banner says of it."""

from dataclasses import replace
from datetime import timedelta

from bot.answers import Answer, Button, Table, Tone
from bot.views.answer import again, answer
from bot.views.ids import Click
from bot.views.operation import operation_card
from operations.model import State
from tests.unit.views.samples import NOW, OPERATION


def test_title_lines_and_note_stand_in_this_order() -> None:
    told = answer(Answer(title="No", lines=("one", "two"), note="small", tone=Tone.REFUSED))

    assert [block["type"] for block in told.blocks] == ["section", "section", "context"]
    assert told.blocks[0]["text"]["text"] == ":no_entry: *No*"
    assert told.blocks[1]["text"]["text"] == "one\ntwo"
    assert told.text == ":no_entry: *No*\none\ntwo\nsmall"


def test_fields_stand_in_two_columns() -> None:
    (_, columns) = answer(Answer(title="web-01", fields=(("Power", "on"), ("vCPU", "2")))).blocks

    assert [cell["text"] for cell in columns["fields"]] == ["*Power*\non", "*vCPU*\n2"]


def test_a_long_table_is_cut_and_says_so() -> None:
    rows = tuple((f"web-{at}", "on") for at in range(250))

    told = answer(Answer(title="VMs", table=Table(columns=("Name", "Power"), rows=rows)))

    assert len(told.blocks[1]["rows"]) == 100
    assert told.blocks[2]["elements"][0]["text"] == "99 of 250 rows shown."


def test_the_text_tells_the_rows_of_a_table_too() -> None:
    told = answer(Answer(title="VMs", table=Table(columns=("Name", "Power"), rows=(("web-01", "on"),))))

    assert told.text == "*VMs*\nName | Power\nweb-01 | on"


def test_few_choices_are_buttons_and_many_a_menu() -> None:
    choices = tuple(Button(label=f"web@{at}", command=f"show web@{at}") for at in range(6))

    few = answer(Answer(title="Which?", choices=choices[:2])).blocks[1]
    many = answer(Answer(title="Which?", choices=choices)).blocks[1]

    assert [Click.load(element["value"]) for element in few["elements"]] == [
        Click(line="show web@0"),
        Click(line="show web@1"),
    ]
    assert many["elements"][0]["type"] == "static_select"
    assert len(many["elements"][0]["options"]) == 6


def test_choices_too_long_for_a_menu_are_buttons() -> None:
    choices = tuple(Button(label="x", command="show " + "x" * 150 + str(at)) for at in range(6))

    assert {e["type"] for e in answer(Answer(title="Which?", choices=choices)).blocks[1]["elements"]} == {"button"}


def test_a_command_too_long_for_a_button_gets_none() -> None:
    told = answer(Answer(title="x", buttons=(Button(label="Go", command="y" * 2001),)))

    assert len(told.blocks) == 1


def test_person_is_named_in_a_private_answer_and_only_there() -> None:
    said = Answer(title="Refused", lines=("web-01 belongs to <@U0ANN>",), fields=(("Owner", "<@U0ANN>"),))

    private, public = answer(said), answer(replace(said, private=False))

    assert "<@U0ANN>" in str(private.blocks)
    assert "<@U0ANN>" in private.text
    assert "<@U0ANN>" not in f"{public.blocks} {public.text}"


def test_owner_in_a_table_is_shown_as_a_person() -> None:
    table = Table(columns=("Name", "Owner"), rows=(("web-01", "<@U0ANN>"), ("web-02", "<!channel>")))

    (block,) = [block for block in answer(Answer(title="VMs", table=table)).blocks if block["type"] == "table"]

    assert block["rows"][1][1]["elements"][0]["elements"] == [{"type": "user", "user_id": "U0ANN"}]
    assert block["rows"][2][1] == {"type": "raw_text", "text": "<!channel>"}


def test_a_second_wish_is_told_how_far_the_first_is_and_of_one_that_waits_for_its_hour_when_and_the_way_out() -> None:
    waits = replace(OPERATION, state=State.QUEUED, not_before=NOW + timedelta(hours=8))

    running = again(operation_card(OPERATION, NOW), OPERATION)
    planned = again(operation_card(waits, NOW), waits)

    assert running.text.startswith("You have asked for this already: it is one operation")
    assert planned.text.startswith("This is planned for <!date^")
    assert (
        "and nothing was added. To have it at another time or at once, cancel it first: `cancel R7F3K`." in planned.text
    )
