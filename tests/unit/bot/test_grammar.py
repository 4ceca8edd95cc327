"""How a line becomes words: verbs whole, quotes, options, and an error for everything that could be a typing error."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar import Shape, UsageError, Words, command_line, join, parse, quote, split_verb

SHAPE = Shape(usage="transform VM cpu=4", options=("cpu", "memory"), flags=("hard",))


def read(line: str) -> Words:
    return parse(line, SHAPE)


@pytest.mark.parametrize(
    ("line", "names", "options"),
    [
        pytest.param("poweron web-01", ("web-01",), {}, id="a name"),
        pytest.param("transform web-01 cpu=4 memory=8g", ("web-01",), {"cpu": "4", "memory": "8g"}, id="key=value"),
        pytest.param("transform --cpu 4 web-01 --memory=8", ("web-01",), {"cpu": "4", "memory": "8"}, id="--key"),
        pytest.param("poweroff web-01 --hard", ("web-01",), {"hard": "true"}, id="flag after the name"),
        pytest.param("poweroff --hard web-01", ("web-01",), {"hard": "true"}, id="flag before the name"),
        pytest.param("poweroff web-01 hard=no", ("web-01",), {"hard": "false"}, id="flag said off"),
        pytest.param("poweroff web-01 -HARD", ("web-01",), {"hard": "true"}, id="one hyphen, any case"),
        pytest.param("transform web-01 CPU=4", ("web-01",), {"cpu": "4"}, id="key in any case"),
        pytest.param('show "web 01"', ("web 01",), {}, id="double quotes"),
        pytest.param("show 'web \"01'", ('web "01',), {}, id="single quotes"),
        pytest.param(r'show "a\"b\\c"', (r"a\"b\c".replace(r"\"", '"'),), {}, id="escapes"),
        pytest.param('transform x cpu="4"', ("x",), {"cpu": "4"}, id="quoted value"),
        pytest.param('show "cpu=4" "--hard"', ("cpu=4", "--hard"), {}, id="quoted options are names"),
        pytest.param("show dana's", ("dana's",), {}, id="apostrophe within a word"),
        pytest.param("show DC/vm/a=b", ("DC/vm/a=b",), {}, id="equals within a path"),
        pytest.param("clonetemplate web-07 4", ("web-07", "4"), {}, id="two names"),
        pytest.param("show -", ("-",), {}, id="lone hyphen"),
    ],
)
def test_words_are_read(line: str, names: tuple[str, ...], options: dict[str, str]) -> None:
    words = read(line)

    assert (words.names, dict(words.options)) == (names, options)


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        pytest.param('show "web 01', 'the quote " is not closed', id="open quote"),
        pytest.param("show 'web", "the quote ' is not closed", id="open single quote"),
        pytest.param('show "web"01', 'the quote " is not closed', id="text after the quote"),
        pytest.param("transform x cpu=4 --cpu 8", "the option cpu is given twice", id="twice"),
        pytest.param("spawn x for=14d", "there is no option for here; known: cpu=, memory= and --hard", id="unknown"),
        pytest.param("transform x --cpu", "the option --cpu has no value", id="no value at the end"),
        pytest.param("transform x --cpu --hard", "the option --cpu has no value", id="an option is no value"),
        pytest.param("transform x cpu= 4", "the option cpu= has no value (no spaces round the =)", id="space after ="),
        pytest.param("poweroff x --hard=maybe", "the option --hard takes no value", id="flag with a value"),
    ],
)
def test_what_could_be_a_typing_error_is_refused_with_the_right_form(line: str, fact: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(line)

    assert (str(caught.value), caught.value.usage) == (fact, "transform VM cpu=4")


def test_the_verb_is_the_first_word_whole_and_in_any_case() -> None:
    assert split_verb("  NUKE  clone-test ") == ("nuke", "clone-test")


def test_an_empty_line_has_no_verb() -> None:
    assert split_verb(" \n ") == ("", "")


def test_a_raw_verb_keeps_its_text_as_it_is() -> None:
    words = parse("echo it's \"half  open a=b --x", Shape(usage="echo TEXT", raw=True))

    assert words == Words(verb="echo", names=(), options={}, rest="it's \"half  open a=b --x")


def test_lists_read_as_a_sentence() -> None:
    assert [join([]), join(["a"]), join(["a", "b", "c"])] == ["", "a", "a, b or c"]


@given(st.lists(st.text(), max_size=4), st.dictionaries(st.sampled_from(["cpu", "memory"]), st.text(min_size=1)))
def test_what_a_button_says_is_read_back_word_for_word(names: list[str], options: dict[str, str]) -> None:
    words = read(command_line("show", *names, options=options))

    assert (words.names, dict(words.options)) == (tuple(names), options)


@given(st.text())
def test_a_quoted_word_is_one_word(word: str) -> None:
    assert read(f"show {quote(word)}").names == (word,)


@given(st.text() | st.text(alphabet="\"'\\=- cpuhard8\n", max_size=40))
def test_arbitrary_text_is_words_or_a_usage_error(text: str) -> None:
    words = None
    with contextlib.suppress(UsageError):
        words = read(text)

    assert words is None or set(words.options) <= {"cpu", "memory", "hard"}
