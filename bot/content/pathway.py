"""The council's own pathway for referrals: its levels, checklist, partners, offers and clocks. Part of council.yaml."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from bot.content.documents import Notes
from scheduler.pathway import Clocks

Named = tuple[tuple[str, str], ...]  # what the rows keep, and what staff read
# As in many councils' continuum of need; a council puts in the levels of its own threshold document.
LEVELS: Final = {
    "level-1": "Level 1: universal services meet what they need",
    "level-2": "Level 2: a little more help, from one service",
    "level-3": "Level 3: help from several services, with a lead",
    "level-4": "Level 4: social care, through the front door",
}
CHECKS: Final = {
    "gp": "Registered with a GP",
    "dentist": "Seen by a dentist",
    "school": "At a school or nursery",
    "health-visitor": "Known to a health visitor or school nurse",
}
OFFERS: Final = {
    "early-help": "Early help with a lead",
    "local-service": "A local service, and put in touch with it",
    "group": "A group, course or drop-in",
    "advice": "Advice, and what to try",
    "way-back": "How to come back to us, and whom to ask",
}
PARTNERS: Final = ("Family hub", "Health visiting", "School nursing", "Voluntary sector")
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,23}")
MOST_DAYS: Final = 60
MOST_WEEKS: Final = 52
LONGEST_LABEL: Final = 80
# What a referral never ends with alone.
NOTHING: Final = re.compile(
    r"\W*(?:nfa|no (?:further )?action|nothing(?: offered)?|none|n/?a|no offer)\W*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pathway:
    levels: Named = tuple(LEVELS.items())
    checks: Named = tuple(CHECKS.items())
    partners: tuple[str, ...] = PARTNERS
    offers: Named = tuple(OFFERS.items())
    clocks: Clocks = field(default_factory=Clocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPathway:
    """As the file has it; what is left out is as shipped."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    levels: dict[str, str] = field(default_factory=lambda: dict(LEVELS))
    checklist: dict[str, str] = field(default_factory=lambda: dict(CHECKS))
    partners: tuple[str, ...] = PARTNERS
    offers: dict[str, str] = field(default_factory=lambda: dict(OFFERS))
    first_look_days: int = Clocks().first_look_days
    help_secured_days: int = Clocks().help_secured_days
    front_door_days: int = Clocks().front_door_days
    review_weeks: tuple[int, ...] = Clocks().review_weeks


def read_pathway(file: str, written: WrittenPathway, localities: Sequence[str], notes: Notes) -> Pathway:
    """What is wrong is noted."""
    faults = [
        *_named("levels", written.levels, least=1), *_named("checklist", written.checklist, least=0),
        *_named("offers", written.offers, least=1), *_teams(localities, written.partners), *_clocks(written),
    ]  # fmt: skip
    for key, told in faults:
        notes.fault(file, ("pathway", key), told)
    return Pathway(
        levels=tuple(written.levels.items()), checks=tuple(written.checklist.items()),
        partners=tuple(name.strip() for name in written.partners), offers=tuple(written.offers.items()),
        clocks=Clocks(
            first_look_days=written.first_look_days, help_secured_days=written.help_secured_days,
            front_door_days=written.front_door_days, review_weeks=written.review_weeks,
        ),
    )  # fmt: skip


def _named(key: str, named: Mapping[str, str], *, least: int) -> Iterator[tuple[str, str]]:
    if len(named) < least:
        yield key, "name at least one"
    for name, label in named.items():
        if not _ID.fullmatch(name):
            yield key, f'"{name}": small letters, digits and hyphens, at most 24, a letter first'
        if not label.strip() or len(label) > LONGEST_LABEL:
            yield key, f'"{name}": say in 1 to {LONGEST_LABEL} characters what it is'
        if key == "offers" and NOTHING.fullmatch(label):
            yield key, f'"{name}": a referral ends with something offered, never with "{label.strip()}"'


def _teams(localities: Sequence[str], partners: Sequence[str]) -> Iterator[tuple[str, str]]:
    teams = [name.strip() for name in (*localities, *partners)]
    if not teams:
        yield "partners", "name a partner, or a locality under localities: a referral is assigned to one"
    if any(not name or len(name) > LONGEST_LABEL for name in teams) or len(set(teams)) < len(teams):
        yield "partners", f"each a name of 1 to {LONGEST_LABEL} characters of its own, no locality's"


def _clocks(written: WrittenPathway) -> Iterator[tuple[str, str]]:
    for key in ("first_look_days", "help_secured_days", "front_door_days"):
        if not 1 <= getattr(written, key) <= MOST_DAYS:
            yield key, f"working days, 1 to {MOST_DAYS}"
    if written.first_look_days > written.help_secured_days:
        yield "help_secured_days", "no fewer days than the first look has"
    weeks = written.review_weeks
    if sorted(set(weeks)) != list(weeks) or any(not 1 <= week <= MOST_WEEKS for week in weeks):
        yield "review_weeks", f"weeks after help is in place, 1 to {MOST_WEEKS}, each once, the soonest first"
