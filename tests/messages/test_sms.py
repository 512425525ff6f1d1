"""Encoding and segments agree with Twilio's own calculator."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.graphemes import graphemes
from messages.sms import encoding_of, measure, plain, segments
from tests.conftest import missing

CORPUS = [json.loads(line) for line in Path(__file__).with_name("segments.jsonl").read_text("ascii").splitlines()]
ROOT = Path(__file__).resolve().parents[2]
CALCULATOR = ROOT / "node_modules" / "sms-segments-calculator"
ASK = """
const { SegmentedMessage } = require(process.argv[1]);
for (const line of require('fs').readFileSync(0, 'utf8').split('\\n').filter(Boolean)) {
  const made = new SegmentedMessage(JSON.parse(line));
  console.log(JSON.stringify([made.encodingName, made.segments.length]));
}
"""


def test_the_whole_corpus_agrees() -> None:
    """Accents, extension characters and surrogate pairs at a boundary, scripts, emoji families and CRLF: each body
    has the encoding and segments that npm sms-segments-calculator 1.3.0 gave it."""
    wrong = [
        (case["body"], measure(case["body"]), case)
        for case in CORPUS
        if (measure(case["body"]).encoding, segments(case["body"])) != (case["encoding"], case["segments"])
    ]
    assert len(CORPUS) > 300
    assert not wrong


def test_the_calculator_itself_agrees() -> None:
    """The real calculator, which set-up brings with the test packages, is asked again over mixtures of the corpus."""
    node = shutil.which("node") or shutil.which("node", path=Path(sys.executable).parent)
    if node is None or not CALCULATOR.exists():
        missing("The calculator of segments is missing, so it cannot be asked: `make test` brings it")
    bodies = [one["body"] + other["body"] for one, other in zip(CORPUS, CORPUS[7:], strict=False)]
    told = subprocess.run(
        [node, "-e", ASK, str(CALCULATOR)],
        input="\n".join(json.dumps(body) for body in bodies),
        capture_output=True,
        text=True,
        check=True,
    )
    counted = [json.loads(line) for line in told.stdout.splitlines()]
    assert [[measure(body).encoding, segments(body)] for body in bodies] == counted


@given(st.text(st.characters(), max_size=400))
def test_any_text_has_a_size(text: str) -> None:
    """Every text has at least one segment and never fewer than its octets need; nothing raises."""
    size = measure(text)
    septets = sum(2 if c in "\f^{}\\[~]|\u20ac" else 1 for c in text)
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    least = septets / 160 if size.encoding == "GSM-7" else units / 70
    assert size.segments >= max(1, least)


@given(st.text(max_size=200))
def test_graphemes_lose_nothing(text: str) -> None:
    """The visible characters together are the text."""
    assert "".join(graphemes(text)) == text


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("You\u2019re welcome", "You're welcome"),
        ("\u201cany time\u201d", '"any time"'),
        ("9am \u2013 5pm \u2014 always", "9am - 5pm - always"),
        ("020\u00a07946\u202f0018", "020 7946 0018"),
        ("wait\u2026", "wait..."),
        ("caf\u00e9 it\u2019s", "caf\u00e9 it's"),
    ],
)
def test_typing_aids_are_made_plain(written: str, sent: str) -> None:
    """Quotes, dashes, ellipses and no-break spaces become plain where that makes the text GSM-7."""
    assert plain(written) == sent
    assert encoding_of(sent) == "GSM-7"


@pytest.mark.parametrize("written", ["\u0634\u06a9\u0631\u06cc\u06c1 \u2019", "\U0001f600 it\u2019s", "\u0142 \u2013"])
def test_text_is_never_mangled_to_save_money(written: str) -> None:
    """Where the text needs UCS-2 anyway, and for every letter, it stays as it was written."""
    assert plain(written) == written


@given(st.text(max_size=100))
def test_plain_never_costs_more_and_settles(text: str) -> None:
    """Making plain never adds a segment to a text in GSM-7 already, and doing it twice changes nothing."""
    assert plain(plain(text)) == plain(text)
    assert encoding_of(text) == "UCS-2" or plain(text) == text
