"""Matching patterns: what is passed over to save time is never a match."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.understanding import CompiledLexicon
from flows.understanding.listening import Listener
from flows.understanding.pattern import Pattern


@pytest.fixture(scope="session")
def listener(lexicon: CompiledLexicon) -> Listener:
    return lexicon.listener


def _patterns(listener: Listener) -> Iterator[Pattern]:
    danger = listener.danger
    for rule in danger.rules:
        yield from (*rule.says, *rule.along, *rule.unless)
    for frame in danger.frames:
        yield from (*frame.says, *frame.unless)
    yield from (*danger.now, *danger.past, *danger.watched)


def _same(listener: Listener, text: str) -> None:
    """Every pattern of the lexicon is found where it is found when nothing is passed over: neither those whose rarest
    word is not there, nor those that lack a part, nor the words that it cannot begin with."""
    reading = listener.hear(text).reading
    found = {pattern.number: list(reading.find(pattern)) for pattern in _patterns(listener)}
    reading.candidates |= found.keys()
    for pattern in _patterns(listener):
        whole = replace(pattern, needs=(), firsts=None)
        assert found[pattern.number] == list(reading.find(whole)), pattern.source


def test_beginning_only_where_it_may_loses_nothing(listener: Listener, labelled: Callable[[str], list[str]]) -> None:
    """Over the practice lines, every pattern stands where it stands when every word is tried as its first."""
    for line in labelled("risk"):
        _same(listener, json.loads(line)["text"])


WORDS = (
    "he she my mum dad husband hit hits me not never wants to die kill knife has a the i am scared threatened baby 3"
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*WORDS.split(), "threatening", "year", "old", "again", "."]), max_size=14))
def test_nor_in_whatever_order_the_words_come(listener: Listener, words: list[str]) -> None:
    """The same for words that patterns know, in any order."""
    _same(listener, " ".join(words))
