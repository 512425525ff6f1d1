"""Commands over lines: in order, other fields untouched, labels never read, a bad line told and the rest going on."""

import io
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.lines import answer
from tests.bot.cli.conftest import Operator

UNDERSTOOD = {"intent", "needs", "risk", "lang", "speaker", "because"}


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def test_understand_gives_the_promised_fields(bare: Operator) -> None:
    """Claim: the object itself with exactly the promised fields added, with no settings and no database."""
    done = bare("understand", "--json", stdin=lines({"id": "a", "text": "a toddler group", "x": [1, {"x": None}]}))
    assert (done.code, done.err) == (0, "")
    (told,) = done.lines
    assert set(told) == {"id", "text", "x", *UNDERSTOOD}
    assert told["x"] == [1, {"x": None}]
    assert told["needs"]
    assert len(told["needs"]) <= 5
    assert told["risk"] == "none"
    assert told["lang"] == "en"
    assert set(told["because"]) == {"intent", "needs", "risk", "lang"}
    assert set(told["because"]["needs"]) == set(told["needs"])


def test_nothing_found_is_a_need_with_no_needs(bare: Operator) -> None:
    """Claim: where nothing is found, `intent` is `need`, `needs` is empty and the language is English."""
    (told,) = bare("understand", "--json", stdin=lines({"text": "x"})).lines
    assert (told["intent"], told["needs"], told["risk"], told["lang"]) == ("need", [], "none", "en")
    assert told["speaker"] is None


LABELS = {"needs": ["housing"], "risk": "urgent", "intent": "thanks", "lang": "pl", "speaker": "child", "because": 7}


@pytest.mark.parametrize(
    "text", ["he hit me again", "my son won't sleep", "STOP", "ok", "Nie mam pieniedzy na jedzenie"]
)
def test_labels_are_never_read(bare: Operator, text: str) -> None:
    """Claim: a line with labels gets the same answer as the line without."""
    done = bare("understand", "--json", stdin=lines({"text": text}, {"text": text, **LABELS}))
    plain, labelled = done.lines
    assert plain == labelled


def test_a_bad_line_is_told_and_the_rest_goes_on(bare: Operator) -> None:
    """Claim: each bad line gives its number, its id and an error in its place, and the exit is 1 at the end."""
    typed = b'{"id":1,"text":"hi"}\nnope\n\n[1]\n{"id":7}\n{"id":8,"text":5}\n{"text":"\xff"}\n{"text":NaN}\n'
    typed += b'{"id":9,"text":"hi","x":1e999}\n' + b"[" * 90_000
    typed += b'\n{"id":10,"text":"\\ud83d"}\n{"id":11,"text":"bye"}'
    for command, name in (("understand", b"text"), ("segments", b"body")):
        done = bare(command, "--json", stdin=typed.replace(b'"text"', b'"%s"' % name))
        assert done.code == 1
        bad = [told for told in done.lines if "error" in told]
        assert [(told["line"], told["id"]) for told in bad] == [
            (2, None), (4, None), (5, 7), (6, 8), (7, None), (8, None), (9, 9), (10, None),
        ]  # fmt: skip
        assert all(set(told) == {"line", "id", "error"} and told["error"] for told in bad)
        assert [told["id"] for told in done.lines if "error" not in told] == [1, 10, 11]


def test_segments_measures_with_no_settings(bare: Operator) -> None:
    """Claim: `encoding` and `segments` are added to each line."""
    done = bare("segments", "--json", stdin=lines({"body": "x" * 161}, {"body": "\u0142", "encoding": "GSM-7"}))
    assert [(told["encoding"], told["segments"]) for told in done.lines] == [("GSM-7", 2), ("UCS-2", 1)]
    assert done.code == 0


def test_a_process_reads_and_answers_in_any_locale(bare: Operator) -> None:
    """Claim: a real process takes UTF-8 and gives JSON whatever the terminal's own encoding is."""
    for locale in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONUTF8": "1"}):
        done = bare.process(
            "segments", "--json", stdin='{"body":"\u0142 \U0001f600"}\n{"body":"\\ud83d"}\n', environment=locale
        )
        assert (done.code, done.err) == (0, "")
        assert [told["body"] for told in done.lines] == ["\u0142 \U0001f600", "\ud83d"]


def test_a_reader_that_goes_away_is_no_fault(bare: Operator) -> None:
    """Claim: `thrive segments | head -1` says nothing on standard error."""
    typed = lines(*({"body": "x" * 500} for _ in range(3000)))
    command = f"{sys.executable} -m bot.cli segments --json | head -1"
    done = subprocess.run(["sh", "-c", command], input=typed, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(st.dictionaries(st.text(), _values, max_size=4), max_size=6))
def test_every_other_field_passes_through(records: list[dict[str, Any]]) -> None:
    """Claim: for any lines of objects, what comes out is what came in, in order, with what was added."""
    out = io.StringIO()
    assert answer([json.dumps(r) for r in records], out, lambda _: {"added": 1}) == 0
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [{**r, "added": 1} for r in records]
