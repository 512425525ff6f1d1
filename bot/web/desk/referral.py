"""A self-referral's answers under the headings of Signs of Safety, and whom they may be shared with."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from bot.casework.raising import SHARES
from bot.casework.timeline import Timeline
from bot.web.desk.words import PARTNERS

# Signs of Safety (Turnell and Edwards): what is working well, what we are worried about, what needs to happen, and
# where things are on a scale of 0 to 10.
SIGNS: Final = (
    ("What is working well", "going_well"),
    ("What they are worried about", "worried"),
    ("What would help", "would_help"),
    ("How things are, 0 to 10 (10 is good)", "score"),
)
ABOUT: Final = (
    ("Their first name", "first_name"),
    ("Who it is about", "about"),
    ("Postcode", "postcode"),
    ("How to reach them", "contact_how"),
    ("When it is safe", "safe_times"),
    ("May we text them", "may_text"),
    ("Telephone they gave", "phone"),
    ("Language", "language"),
)


_MONTH: Final = re.compile(r"\b((?:19|20)\d\d)-(0[1-9]|1[0-2])\b")  # a month of birth, as the flow reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One partner: yes, no, or never asked; with the wording they answered to and when, where it was asked."""

    partner: str
    given: bool | None
    wording: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """`signs` and `about` hold (heading, answer, answer's name); one not answered is shown as that."""

    how: str
    signs: Sequence[tuple[str, str, str]]
    about: Sequence[tuple[str, str, str]]
    other: Sequence[tuple[str, str, str]]
    shares: Sequence[Share]
    shared_with: Sequence[str] = field(default=())


def laid_out(timeline: Timeline) -> Referral | None:
    """None where the case is no referral. An answer that no heading knows stands under its own name: none is lost."""
    if not timeline.referral_how:
        return None
    answers = timeline.referral
    known = {name for _, name in (*SIGNS, *ABOUT)} | {f"share_{partner}" for partner in SHARES}
    other = [
        (name.replace("_", " ").capitalize(), str(value), name) for name, value in answers.items() if name not in known
    ]
    return Referral(
        how=timeline.referral_how,
        signs=[(heading, _text(answers, name), name) for heading, name in SIGNS],
        about=[(heading, _text(answers, name), name) for heading, name in ABOUT if _text(answers, name)],
        other=[row for row in other if row[1]],
        shares=[_share(timeline, partner) for partner in SHARES],
        shared_with=[PARTNERS.get(partner, partner) for partner in timeline.referral_shared],
    )


def _text(answers: Mapping[str, object], name: str) -> str:
    value = answers.get(name)
    words = "" if value is None else str(value)
    return _MONTH.sub(_month, words) if name == "about" else words


def _month(found: re.Match[str]) -> str:
    return date(int(found[1]), int(found[2]), 1).strftime("born %B %Y")


def _share(timeline: Timeline, partner: str) -> Share:
    asked = [consent for consent in timeline.consents if consent.kind == f"share:{partner}"]
    answer = timeline.referral.get(f"share_{partner}")
    given = None if answer not in {"yes", "no"} else answer == "yes"
    last = asked[-1] if asked else None
    return Share(
        partner=PARTNERS.get(partner, partner), given=given, wording="" if last is None else last.wording,
        at=None if last is None else last.at,
    )  # fmt: skip
