"""Which entries of the directory may be one and the same, each pair with a score out of 100 and why.

Nothing is decided here: a person looks at both. A like name alone is never enough, nor is a shared telephone or hall:
one organisation runs several groups at one place. So pairs are found by what they share and weighed by all of it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final
from unicodedata import combining, normalize

from rapidfuzz import fuzz

from directory.service import Service

OFFERED: Final = 60
# Out of 100: a name that is the same and any one of the others are enough, as is one that is nearly so and a telephone
# or postcode. All that two groups of one organisation share at one place is just not enough under other names.
SAME_NAME, NEAR_NAME, LIKE_NAME = 55, 40, 20
PHONE, POSTCODE, CHARITY = 25, 20, 14
ELSEWHERE: Final = -20  # both say where they are, and it is not the same place: two branches
_NEAR: Final = 90.0
_LIKE: Final = 75.0
MOST_SHARED: Final = 40  # who shares one thing with more others than this is a switchboard or a town hall
_CHARITY: Final = re.compile(
    r"\b(?:charity|charities)\b[^0-9]{0,40}?\b(\d{6,7}(?:-\d{1,2})?|SC\d{6}|NIC\d{6})\b", re.IGNORECASE
)
_PHONE: Final = re.compile(r"(?:\+44|\b0)[\d\s()-]{8,14}\d")
_NOISE: Final = frozenset({"the", "a", "an", "and", "of", "at", "in", "for", "ltd", "limited", "cic", "sample"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Two entries that may be one. `score` is out of 100; `why` says each thing that counted, most telling first."""

    one: Service
    other: Service
    score: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    name: str
    phones: frozenset[str]
    postcodes: frozenset[str]
    charities: frozenset[str]


def duplicates(services: Iterable[Service], *, apart: Iterable[frozenset[str]] = ()) -> list[Likeness]:
    """Every pair that scores enough, the likeliest first. `apart` are pairs of ids that somebody has said are two."""
    by_id = {service.id: service for service in services}
    marks = {one: _marks(service) for one, service in by_id.items()}
    settled = set(apart)
    found = []
    for pair in _pairs(marks):
        if frozenset(pair) in settled:
            continue
        score, why = _weigh(marks[pair[0]], marks[pair[1]])
        if score >= OFFERED:
            found.append(Likeness(one=by_id[pair[0]], other=by_id[pair[1]], score=score, why=why))
    return sorted(found, key=lambda like: (-like.score, like.one.name.casefold(), like.one.id, like.other.id))


def folded(name: str) -> str:
    """A name with accents, capitals, signs and small words gone: "The Café & Hub (Ltd)" is "cafe hub"."""
    plain = "".join(char for char in normalize("NFKD", name.casefold()) if not combining(char))
    kept = [word for word in re.findall(r"[^\W_]+", plain) if word not in _NOISE]
    return " ".join(kept) or plain.strip()


def _marks(service: Service) -> _Marks:
    told = f"{service.description} {service.organisation.description}"
    own = [service.organisation.charity] if service.organisation.charity else []
    phones = {_digits(number) for number in _PHONE.findall(service.phone or "")}
    return _Marks(
        name=folded(service.name),
        phones=frozenset(phones),
        postcodes=frozenset(
            re.sub(r"\s", "", venue.postcode).upper() for venue in service.locations if venue.postcode
        ),
        charities=frozenset(number.upper() for number in (*_CHARITY.findall(told), *own)),
    )  # fmt: skip


def _digits(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return "0" + digits[2:].removeprefix("0") if digits.startswith("44") else digits


def _pairs(marks: Mapping[str, _Marks]) -> Iterable[tuple[str, str]]:
    """Pairs that share anything at all: the same name, a telephone, a postcode, a charity number, or a rare word."""
    shared: dict[tuple[str, str], list[str]] = {}
    for one, mark in marks.items():
        keys = {("name", mark.name)}
        keys |= {("word", word) for word in mark.name.split() if len(word) > 3}
        keys |= {("phone", number) for number in mark.phones}
        keys |= {("postcode", code) for code in mark.postcodes}
        keys |= {("charity", number) for number in mark.charities}
        for key in keys:
            shared.setdefault(key, []).append(one)
    pairs: set[tuple[str, str]] = set()
    for (kind, _), ids in shared.items():
        if len(ids) <= MOST_SHARED or kind == "name":
            pairs.update(combinations(sorted(ids), 2))
    return sorted(pairs)


def _weigh(one: _Marks, other: _Marks) -> tuple[int, tuple[str, ...]]:
    score, why = 0, []
    alike = fuzz.token_sort_ratio(one.name, other.name)
    if alike == 100.0:
        score, why = SAME_NAME, ["the same name"]
    elif alike >= _NEAR:
        score, why = NEAR_NAME, [f"nearly the same name ({alike:.0f} %)"]
    elif alike >= _LIKE:
        score, why = LIKE_NAME, [f"a like name ({alike:.0f} %)"]
    for mine, theirs, worth, words in (
        (one.phones, other.phones, PHONE, "the same telephone"),
        (one.postcodes, other.postcodes, POSTCODE, "the same postcode"),
        (one.charities, other.charities, CHARITY, "the same charity number"),
    ):
        if same := mine & theirs:
            score += worth
            why.append(f"{words} {min(same)}")
    if one.postcodes and other.postcodes and not one.postcodes & other.postcodes:
        score += ELSEWHERE
        why.append("but at different postcodes")
    return max(0, min(100, score)), tuple(why)
