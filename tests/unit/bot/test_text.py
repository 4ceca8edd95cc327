"""What Slack and phones do to typed text is undone, and nothing else is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text import repair, repair_literal

# Pieces that Slack puts into text, so that hypothesis finds their combinations.
_PIECES = st.lists(
    st.one_of(
        st.sampled_from([*"*_~`<>|@#&;\"'!= \n\u2014\u2013\u00a0\u200b\u200d\u201c\u2019"]),
        st.sampled_from(["&amp;", "&lt;", "&gt;", "<http://db1.corp|db1.corp>", "<@U1|ann>", "web-01", "\U0001f600"]),
        st.text(max_size=6),
    ),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("show &lt;x&gt; &amp; y", "show <x> & y", id="entities"),
        pytest.param("show &amp;lt;", "show <", id="entities escaped twice"),
        pytest.param("poweron <http://db1.corp|db1.corp>", "poweron db1.corp", id="auto-linked host"),
        pytest.param("poweron <http://db1.corp>", "poweron db1.corp", id="bare link"),
        pytest.param("poweron <https://db1.corp/>", "poweron db1.corp", id="bare link with a slash"),
        pytest.param("show <mailto:web-01@lab.corp|web-01@lab.corp>", "show web-01@lab.corp", id="name at vCenter"),
        pytest.param("show <tel:5551234|555-1234>", "show 555-1234", id="telephone number"),
        pytest.param("history <@U1|ann>", "history @U1", id="mention with a label"),
        pytest.param("history <@U012AB3CD>", "history @U012AB3CD", id="mention"),
        pytest.param("echo <#C1|general>", "echo #C1", id="channel"),
        pytest.param(
            "snapshot web-01 create \u201cbefore update\u201d",
            'snapshot web-01 create "before update"',
            id="curly quotes",
        ),
        pytest.param("show \u2018web 01\u2019", "show 'web 01'", id="curly single quotes"),
        pytest.param("poweroff web-01 \u2014hard", "poweroff web-01 --hard", id="em dash"),
        pytest.param("poweroff web-01 \u2014-hard", "poweroff web-01 --hard", id="em dash and hyphen"),
        pytest.param("poweroff web-01 \u2013hard", "poweroff web-01 --hard", id="en dash before a word"),
        pytest.param("show web\u201301", "show web-01", id="en dash in a name"),
        pytest.param("show web\u201101", "show web-01", id="non-breaking hyphen"),
        pytest.param("*poweron* web-01", "poweron web-01", id="bold"),
        pytest.param("poweron _web-01_", "poweron web-01", id="italic"),
        pytest.param("poweron ~web-01~", "poweron web-01", id="strike"),
        pytest.param("poweron `web-01`", "poweron web-01", id="code"),
        pytest.param("```poweron web-01```", "poweron web-01", id="code block"),
        pytest.param("*_poweron web-01_*", "poweron web-01", id="bold italic over two words"),
        pytest.param("poweron\u00a0web-01\u200b", "poweron web-01", id="odd spaces"),
        pytest.param("\uff50ower\uff4fn\u3000web\uff0d01", "poweron web-01", id="full width"),
        pytest.param("  poweron web-01\n", "poweron web-01", id="spaces around"),
    ],
)
def test_what_slack_did_is_undone(typed: str, meant: str) -> None:
    assert repair(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("spawn a|b", id="pipe"),
        pytest.param("spawn ../x", id="dots"),
        pytest.param("spawn \U0001f680\U0001f468\u200d\U0001f4bb", id="emoji with a joiner"),
        pytest.param("spawn <!channel>", id="broadcast"),
        pytest.param("nuke *", id="lone star"),
        pytest.param("nuke web-*", id="trailing star"),
        pytest.param("show a*b*c", id="stars within a word"),
        pytest.param('show "_web_"', id="quoted marks"),
        pytest.param("list DC0/vm/Self_Service_2", id="underscores within a word"),
        pytest.param("show grün-07", id="umlaut"),
    ],
)
def test_what_the_person_meant_is_left_alone(text: str) -> None:
    assert repair(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("get-vm \u2013Name *web* | fl Name, *", "get-vm -Name *web* | fl Name, *", id="wildcards"),
        pytest.param("`get-vm | ? {$_.NumCpu -gt 2}`", "get-vm | ? {$_.NumCpu -gt 2}", id="code mark"),
        pytest.param("```\nget-vm\n```", "get-vm", id="code block"),
        pytest.param("get-vm -Name &lt;x&gt; \u201ca b\u201d", 'get-vm -Name <x> "a b"', id="entities and quotes"),
    ],
)
def test_a_query_keeps_its_wildcards_and_single_dashes(typed: str, meant: str) -> None:
    assert repair_literal(typed) == meant


@given(_PIECES)
@example("<http://a|<http://b|b>>")
@example("&amp;lt;@U1&amp;gt;")
@example("\u2014\u2014 `*_x_*`")
def test_a_second_repair_changes_nothing(text: str) -> None:
    once = repair(text)

    assert repair(once) == once


@given(_PIECES)
def test_a_second_literal_repair_changes_nothing(text: str) -> None:
    once = repair_literal(text)

    assert repair_literal(once) == once


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._@/-]{0,79}", fullmatch=True))
def test_plain_names_are_untouched(name: str) -> None:
    assert repair(f"show {name}") == f"show {name}"


@given(st.from_regex(r"[A-Za-z0-9.-]{1,20}\.[a-z]{2,4}", fullmatch=True))
def test_a_linked_host_reads_as_it_was_typed(host: str) -> None:
    assert repair(f"poweron <http://{host}|{host}>") == f"poweron {host}"


@pytest.mark.timeout(5)
def test_a_hostile_line_of_marks_is_repaired_at_once() -> None:
    line = "*a " * 1300 + "`_~*" * 100

    assert len(repair(line)) <= len(line)
