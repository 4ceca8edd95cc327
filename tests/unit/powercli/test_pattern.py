"""Patterns agree with Python's `re` and `fnmatch`, in linear time."""

import fnmatch
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.powercli import QueryError
from bot.powercli.pattern import has_wildcard, regex, wildcard

_ATOM = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "\\d", "^", "$", "\\b", "\\.", "\\W"])
_EXPRESSION = st.recursive(
    _ATOM,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, inner).map("|".join),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,1}", "{2,}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


@given(_EXPRESSION, st.text("ab1. -", max_size=8))
def test_a_regular_expression_finds_what_pythons_does(source: str, text: str) -> None:
    assert regex(source, ignore_case=False).search(text) is (re.search(source, text.replace("\n", "")) is not None)


@given(st.text("ab*?[]-", max_size=8), st.text("abc-]", max_size=6))
def test_wildcards_without_odd_brackets_fit_as_fnmatch_has_them(source: str, text: str) -> None:
    if re.search(r"\[[^]]*[-\[]|\[\]|\[[^]]*$", source):
        return
    assert wildcard(source).search(text) is fnmatch.fnmatchcase(text, source)


@pytest.mark.parametrize("source", ["(a+)+$", "(a|a)*b", "(a*)*b", "a*a*a*a*a*a*a*b", "(.*)*x", "(a?){50}a{50}"])
def test_patterns_that_explode_elsewhere_take_no_time(source: str) -> None:
    pattern = regex(source, ignore_case=True)
    begun = time.perf_counter()

    pattern.search("a" * 900 + "!")

    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    "source",
    [
        "(",
        ")",
        "[a",
        "*a",
        "a**",
        "\\",
        "(?=a)",
        "(?<n>a)",
        "(a)\\1",
        "a{3,1}",
        "a{9999}",
        "(a{90}){90}",
        "[z-a]",
        "(" * 30,
    ],
)
def test_what_cannot_be_matched_in_bounded_time_is_refused(source: str) -> None:
    with pytest.raises(QueryError) as caught:
        regex(source, ignore_case=True)
    assert caught.value.way_out


def test_case_counts_only_where_asked() -> None:
    assert regex("WEB-[A-C]", ignore_case=True).search("web-b")
    assert not regex("WEB", ignore_case=False).search("web")
    assert regex("\\D", ignore_case=True).search("a")
    assert not regex("\\D", ignore_case=True).search("1")


def test_backticks_make_wildcards_plain() -> None:
    assert wildcard("web`*").search("web*")
    assert not wildcard("web`*").search("web1")
    assert has_wildcard("web`*")
    assert not has_wildcard("web-01")
