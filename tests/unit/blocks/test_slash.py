"""Texts leave with the slash command's configured name, and nothing else is touched."""

from bot.blocks.slash import with_command


def test_texts_say_the_command_of_this_workspace() -> None:
    payload = {"text": "See `/iaas help`.", "blocks": [{"text": {"type": "mrkdwn", "text": "/iaas poweron web-01"}}]}

    assert with_command(payload, "/vm") == {
        "text": "See `/vm help`.",
        "blocks": [{"text": {"type": "mrkdwn", "text": "/vm poweron web-01"}}],
    }


def test_what_programs_read_and_other_words_stay() -> None:
    payload = {"value": "/iaas", "text": "/iaas-bot, x/iaas and /iaas2"}

    assert with_command(payload, "/vm") == payload


def test_the_usual_name_costs_nothing() -> None:
    payload = {"text": "/iaas help"}

    assert with_command(payload, "/iaas") is payload
