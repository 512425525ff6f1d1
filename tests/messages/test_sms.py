"""Encoding and segments agree with Twilio's own calculator."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messages.graphemes import graphemes
from messages.sms import encoding_of, measure, plain, segments
from tests.conftest import missing
from tests.messages.segment_cases import ACCENTS, BASIC, ENDS, EXTENSION, FAMILIES, PLAINED, SCRIPTS, bodies

CORPUS = [json.loads(line) for line in Path(__file__).with_name("segments.jsonl").read_text("ascii").splitlines()]
ROOT = Path(__file__).resolve().parents[2]
CALCULATOR = ROOT / "node_modules" / "sms-segments-calculator"
ASK = """
const { SegmentedMessage } = require(process.argv[1]);
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const made = JSON.parse(line).map((body) => new SegmentedMessage(body));
  const counted = made.map((message) => [message.encodingName, message.segments.length]);
  process.stdout.write(JSON.stringify(counted) + '\\n');
});
"""
# What bodies are made of where counting is hard: signs of each width, joiners, marks, halves of pairs, line ends.
HARD = (
    *("a", "b c", "\u200d", "\ufe0f", "\u20e3", "\U0001f3fd", "\U0001f1ec", "\u0301", "\u0bcd", "\u1100", "\u1161"),
    *("\ud83d", "\ude00"),
)
PIECES = st.sampled_from([*EXTENSION, *ACCENTS, *PLAINED, *FAMILIES, *ENDS, *SCRIPTS.values(), *HARD])
STRETCHES = st.builds(
    str.__mul__, st.sampled_from(["a", "ł", "€", "\U0001f600"]), st.sampled_from([66, 67, 69, 76, 152])
)
BODIES = st.one_of(
    st.text(st.characters(), max_size=200),
    st.text(st.sampled_from(BASIC + EXTENSION), min_size=100, max_size=400),
    st.lists(st.one_of(PIECES, STRETCHES, st.characters()), max_size=30).map("".join),
)


class Calculator:
    """Twilio's own calculator, asked over and over in one node process."""

    def __init__(self, node: str) -> None:
        command = [node, "-e", ASK, str(CALCULATOR)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def count(self, bodies: Sequence[str]) -> list[list[object]]:
        """The encoding and segments of each body."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(bodies) + "\n")
        self._process.stdin.flush()
        counted: list[list[object]] = json.loads(self._process.stdout.readline())
        return counted

    def close(self) -> None:
        self._process.communicate(timeout=20)


@pytest.fixture(scope="module")
def calculator() -> Iterator[Calculator]:
    """The real one, which set-up brings with the test packages."""
    node = shutil.which("node") or shutil.which("node", path=Path(sys.executable).parent)
    if node is None or not CALCULATOR.exists():
        missing("The calculator of segments is missing, so it cannot be asked: `make test` brings it")
    asked = Calculator(node)
    yield asked
    asked.close()


def ours(body: str) -> list[object]:
    return [measure(body).encoding, segments(body)]


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


def test_the_calculator_itself_agrees(calculator: Calculator) -> None:
    """Asked anew, it says of every recorded body what was recorded, and of every mixture of two what we say."""
    recorded = [[case["encoding"], case["segments"]] for case in CORPUS]
    assert calculator.count([case["body"] for case in CORPUS]) == recorded
    mixed = [one["body"] + other["body"] for one, other in zip(CORPUS, CORPUS[7:], strict=False)]
    assert calculator.count(mixed) == [ours(body) for body in mixed]


def test_every_built_case_agrees(calculator: Calculator) -> None:
    """Each sign at each edge (160 and 153, 70 and 67, and the later ones): basic, extension, accents, families, flags,
    skin tones, scripts, marks, line ends and parted surrogates. The calculator is asked of every one."""
    built = list(bodies())
    assert len(built) > 1_500
    told = calculator.count(built)
    assert [body for body, counted in zip(built, told, strict=True) if ours(body) != counted] == []


@settings(max_examples=80, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
@given(batch=st.lists(BODIES, min_size=5, max_size=25))
def test_any_body_agrees(calculator: Calculator, batch: list[str]) -> None:
    """Whatever is written, in batches: the calculator's count is ours."""
    assert calculator.count(batch) == [ours(body) for body in batch]


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
