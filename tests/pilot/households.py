"""The pilot's families: of which kinds, how many of each, what they write and when. Invented, all of them.

Those who ask write lines of the labelled practice sets, so that what was understood can be held against the label.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

DATA = Path(__file__).resolve().parent.parent / "flows" / "understanding" / "data"
FIRST_NUMBER: Final = 100  # +447700900100 on: Ofcom's numbers for drama; the council's own stand below and above
MOST: Final = 500

# How many of 500 are of each kind. The first group write by themselves, the second are known to early help.
ASK: Final[Mapping[str, int]] = {
    "asks by text": 150,
    "asks on the web": 60,
    "is in danger": 25,
    "sounds like danger and is not": 15,
    "stops and starts again": 10,
}
KNOWN: Final[Mapping[str, int]] = {
    "answers that all is well": 90,
    "answers low": 15,
    "is silent": 45,
    "texts STOP to the check-in": 15,
    "is the wrong number": 10,
    "is angry": 10,
    "answers in another language": 25,
    "are two parents": 20,
    "has twins": 10,
}
ASKED_ON: Final = (0, 1, 2, 3, 7, 8, 9, 10)  # Mondays to Thursdays
POSTCODES: Final = ("SW18 2PU", "SW17 0BQ", "SW11 1JG", "SW15 6EH", "SW4 9JX", "SW2 1RW", "SW9 8QQ")
THANKS: Final = ("thank you", "ok thanks", "brill thanks", "1", "more", "menu", "2", "ta x")
ANSWERS: Final[Mapping[str, tuple[str, ...]]] = {
    "answers that all is well": ("8", "9", "10", "7 ta", "all good thanks 8", "9/10"),
    "answers low": ("2", "3 not great", "1", "3"),
    "is silent": (),
    "texts STOP to the check-in": ("STOP", "stop texting me", "unsubscribe"),
    "is the wrong number": ("wrong number", "you have the wrong number mate"),
    "is angry": ("this is useless nobody ever rings back", "you lot never help", "waste of my time 5"),
    "are two parents": ("7", "8", "6"),
    "has twins": ("8", "7"),
}
SPOKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "pl": ("8", "dobrze 7"), "pt": ("8 obrigada", "7"), "es": ("7 gracias", "9"), "so": ("8", "7"),
    "ar": ("8", "\u0667"), "ur": ("8", "7"), "fr": ("8 merci", "7"), "it": ("7 grazie", "8"),
}  # fmt: skip
# Words of nobody's dictionary, so that one found in a log is a leak.
SURNAMES: Final = ("Quillfeather", "Thistlewick", "Marrowgate", "Ottermere", "Fennimarsh", "Brackleby", "Wexcombe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something written in the slot of this number, counted from the first of the fortnight."""

    slot: int
    words: str


@dataclass(slots=True, kw_only=True)
class Family:
    """`label` is the risk of what they write, where they write of danger; `answer` what they reply to a check-in."""

    name: str
    kind: str
    number: str | None = None
    language: str = "en"
    says: tuple[Line, ...] = ()
    answer: str = ""
    patience: int = 1  # slots between the check-in and its answer
    label: str | None = None
    household: str = ""
    children: int = 1
    reference: str = ""
    closed_days_ago: int = 28
    answers_at: int | None = field(default=None, repr=False)


def invented(count: int, slots: Sequence[int], days: int, chance: random.Random) -> list[Family]:
    """So many families, in the shares above, one of each kind at least. `slots` are those in which people write."""
    assert count <= MOST
    risky, plain = _labelled("risk.jsonl"), _labelled("understand.jsonl")
    danger = [line for line in risky if line["risk"] != "none"]
    alike = [line for line in risky if line["risk"] == "none"]
    made: list[Family] = []
    for kind in _kinds(count):
        number = f"+447700900{FIRST_NUMBER + len(made):03}"
        one = Family(name=f"{SURNAMES[len(made) % len(SURNAMES)]}{len(made):03}", kind=kind, number=number)
        if kind in KNOWN:
            _known(one, made, days, chance)
        elif kind in {"is in danger", "sounds like danger and is not"}:
            line = chance.choice(danger if kind == "is in danger" else alike)
            one.label = str(line["risk"])
            one.says = (Line(slot=chance.choice(slots), words=str(line["text"])),)
        else:
            _asks(one, str(chance.choice(plain)["text"]), slots, chance)
        made.append(one)
    return made


def _kinds(count: int) -> Iterator[str]:
    shares = {**ASK, **KNOWN}
    for kind, share in shares.items():
        many = max(1, round(share * count / MOST))
        # Two parents come in twos.
        yield from [kind] * (many + many % 2 if kind == "are two parents" else many)


def _labelled(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _asks(one: Family, words: str, slots: Sequence[int], chance: random.Random) -> None:
    at = chance.choice(slots[: max(1, len(slots) - 6)])
    said = [Line(slot=at, words=f"{words} {chance.choice(POSTCODES)}")]
    said += [Line(slot=at + n, words=chance.choice(THANKS)) for n in range(1, chance.randint(2, 4))]
    if one.kind == "stops and starts again":
        said += [Line(slot=at + 4, words="STOP"), Line(slot=at + 5, words="START")]
    if one.kind == "asks on the web":
        one.number = None
    one.says = tuple(said)


def _known(one: Family, before: Sequence[Family], days: int, chance: random.Random) -> None:
    one.reference = f"PILOT-{len(before):03}"
    one.household = one.reference
    one.patience = chance.randint(1, 5)
    # Early help closed four weeks before one of the days on which check-ins go out.
    one.closed_days_ago = 28 - chance.choice([day for day in ASKED_ON if day < days])
    if one.kind == "answers in another language":
        one.language = chance.choice(tuple(SPOKEN))
        one.answer = chance.choice(SPOKEN[one.language])
    elif ANSWERS[one.kind]:
        one.answer = chance.choice(ANSWERS[one.kind])
    if one.kind == "has twins":
        one.children = 2
    mate = before[-1] if before and before[-1].kind == one.kind == "are two parents" else None
    if mate is not None and sum(f.household == mate.household for f in before) == 1:
        one.household, one.closed_days_ago = mate.household, mate.closed_days_ago
