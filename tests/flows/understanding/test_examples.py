"""Files of examples: every fault told with its line, and what is written reads back."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.understanding.examples import LONGEST, Example, Vocabulary, clashes, read_examples, written
from flows.understanding.types import Risk, Speaker

KNOWN = Vocabulary(needs={"food", "housing"}, intents={"need", "stop"}, languages={"en", "pl"})


def _plain(text: str) -> str:
    return " ".join(text.split())


EXAMPLE = st.builds(
    Example,
    text=st.text(max_size=60).filter(lambda text: not _plain(text).startswith(("==", "#"))),
    risk=st.sampled_from(get_args(Risk)),
    needs=st.sampled_from([(), ("food",), ("housing", "food")]),
    lang=st.sampled_from(["en", "pl"]),
    speaker=st.sampled_from([None, *get_args(Speaker)]),
    intent=st.sampled_from(["need", "stop"]),
    source=st.just("hand"),
)


def read(*lines: str) -> tuple[list[Example], list[tuple[tuple[str | int, ...], str]]]:
    found, faults = read_examples("hand", lines, KNOWN)
    assert all(fault.file == "hand" for fault in faults)
    return found, [(fault.path, fault.message) for fault in faults]


def test_a_line_of_labels_holds_for_what_follows() -> None:
    """Empty lines and notes are passed over; each message keeps its line."""
    found, faults = read("# a note", "== urgent | food, housing | pl | parent", "one", "", "# note", "two",
                         "== none | - | en | - | stop", "stop")  # fmt: skip
    assert faults == []
    assert [(one.text, one.line, one.risk, one.needs, one.lang, one.speaker, one.intent) for one in found] == [
        ("one", 3, "urgent", ("food", "housing"), "pl", "parent", "need"),
        ("two", 6, "urgent", ("food", "housing"), "pl", "parent", "need"),
        ("stop", 8, "none", (), "en", None, "stop"),
    ]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("== grave | food | en | -", "'grave' is no risk"),
        ("== none | fod | en | -", "'fod' is no need"),
        ("== none | food | xx | -", "'xx' is no language"),
        ("== none | food | en | mum", "'mum' is no speaker"),
        ("== none | food | en | - | halt", "'halt' is no intent"),
        ("== none | food | en", "labels are"),
    ],
)
def test_every_fault_is_told_with_its_line(labels: str, told: str) -> None:
    """Each wrong label names itself and what there is; the block under it gives nothing, the next one does."""
    found, faults = read("== none | food | en | -", "fine", labels, "lost", labels, "== none | - | en | -", "kept")
    assert [path for path, _ in faults] == [(3,), (5,)]
    assert all(told in message for _, message in faults)
    assert [one.text for one in found] == ["fine", "kept"]


def test_a_message_with_no_labels_is_a_fault_once() -> None:
    """A file that begins with messages says so at the first of them."""
    assert read("one", "two", "== none | - | en | -", "three")[1] == [
        ((1,), "a message before any line of labels (==)")
    ]


def test_a_message_longer_than_any_text_is_a_fault() -> None:
    """1,600 characters pass; one more does not."""
    assert read("== none | - | en | -", "x" * LONGEST)[1] == []
    ((path, told),) = read("== none | - | en | -", "x" * (LONGEST + 1))[1]
    assert path == (2,)
    assert "1,601 characters" in told


def test_one_text_with_two_levels_is_a_clash() -> None:
    """Letters' case and spaces aside; the same level twice is none, and other labels may differ."""
    found, _ = read("== none | food | en | -", "He is  here", "again", "== urgent | - | en | -", "he is here",
                    "== none | - | en | -", "AGAIN")  # fmt: skip
    assert [(first.line, second.line) for first, second in clashes(found)] == [(2, 5)]


@given(st.lists(EXAMPLE, max_size=8))
def test_what_is_written_reads_back(examples: list[Example]) -> None:
    """Every label, in order, under as few lines of labels as may be; a text of nothing is left out."""
    found, faults = read_examples("hand", written(examples).splitlines(), KNOWN)
    assert not faults
    wanted = [replace(one, text=_plain(one.text)) for one in examples if one.text.split()]
    assert [replace(one, line=0) for one in found] == wanted


def test_a_text_that_looks_like_labels_stays_a_text() -> None:
    """ "== ok" and "#1 fan" lose the mark that a reader would take for more."""
    told = replace(read("== none | - | en | -", "x")[0][0], text="")
    found, faults = read_examples(
        "hand", written([replace(told, text=text) for text in ("== ok", "#1 fan", "=)", "# ", "a\nb")]).splitlines(),
        KNOWN,
    )  # fmt: skip
    assert faults == []
    assert [one.text for one in found] == ["= ok", "1 fan", "=)", "a b"]
