"""What a step may know (Facts, of this turn) and what it works with (Assets, of this bundle)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, Protocol

from flows.effects import Level, Listing
from flows.flood import Held
from flows.understanding.types import Lexicon

if TYPE_CHECKING:
    from flows.flow import Flow
    from flows.wording import Wording

Consent = Literal["unasked", "given", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begins:
    """What a yes can begin at this address: ids of programmes. Months of birth are YYYY-MM."""

    family: frozenset[str] = frozenset()  # about how they are, or what happened
    child: frozenset[str] = frozenset()  # about a child of theirs
    own: frozenset[str] = frozenset()  # about the young person who writes
    own_born: str | None = None  # that young person's month of birth, where it is known
    died_born: frozenset[str] = frozenset()  # of children who have died: nothing begins about them
    ended: frozenset[tuple[str, str | date]] = frozenset()  # programme, and the child's month or the day, begun before

    def holds(self, programme: str, event_on: date, born: str | None, *, themselves: bool) -> bool:
        """Whether this yes begins something, or what it asks for goes on already."""
        if themselves:
            open_to = self.own if self.own_born in (None, born) else frozenset()
        else:
            open_to = self.family if born is None else self.child
        return programme in open_to and born not in self.died_born and (programme, born or event_on) not in self.ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The world as the shell loaded it for one step. Instants are aware, UTC; dates are Europe/London."""

    now: datetime
    today: date
    look_by: Mapping[Level, datetime]  # when a person will look, by the working calendar
    open_now: bool  # the team is at work now
    fresh_ref: str  # a reference nobody has yet, for a referral made in this step
    channel: Literal["sms", "web"] = "sms"
    language: str = "en"
    consent: Consent = "unasked"
    first_contact: bool = False  # nothing was ever said to this address: say who reads it
    worker_talking: bool = False  # case claimed and a worker's word within 12 hours
    asked_since_stop: bool = False  # anything was asked of them after consent stopped
    marks: frozenset[str] = frozenset()  # unsafe, shared, watched, worrying
    open_case: Level | None = None
    open_refs: tuple[str, ...] = ()  # their referrals still open, newest first
    request: Literal["", "received", "working"] = ""  # where the newest of them stands, where that is known
    hear_by: date | None = None  # and by when they hear of it
    last_score: int | None = None  # the 0-10 answer before this one
    low_at: int = 4  # the council's thresholds: a score at or under this is low,
    fall_of: int = 3  # and so many points less than the answer before is a fall
    known_postcode: str | None = None
    next_touch_on: date | None = None
    paused_until: date | None = None  # by their own wish: the first date on which we may start again
    every_days: int | None = None  # by their own wish: one check-in in so many days at most
    cap_days: int = 14  # the council's
    young_from_years: int = 16  # the council's: the age from which a young person is kept in touch with themselves
    may_enrol: bool = False  # one person, or nobody yet, at a phone that we may text: they can be kept in touch with
    held_back: Held | None = None  # this text is past the limit of automatic answers to its number
    held_noted: bool = False  # and they were told so within the hour
    locked_since: datetime | None = None  # others read this phone, and nobody has said the family's word since
    word_said: bool = False  # these words are that word, and no more
    begins: Begins | None = None  # None where nobody looked: any programme with a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as the family gave it. `precision` is how much of a postcode was given or known."""

    read_as: str
    precision: Literal["postcode", "sector", "outcode", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for. `age` in years. `skip` is how many were already shown."""

    text: str
    needs: tuple[str, ...] = ()
    postcode: str | None = None
    age: float | None = None
    language: str | None = None
    skip: int = 0
    limit: int = 3
    open_at: datetime | None = None  # what is known to be open at this instant comes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    place: Place
    listings: tuple[Listing, ...]
    more: bool  # there are further results after these


class Finder(Protocol):
    """Directory search joined with understanding; the shell provides it (bot/finding.py)."""

    def find(self, search: Search) -> Found: ...


class Readers(Protocol):
    """Readers of answers that other rooms own."""

    def postcode(self, text: str) -> str | None:
        """The first UK postcode, sector or outcode in the text, in standard form ("SW18 2PU"), or None."""

    def phone(self, text: str) -> str | None:
        """A UK mobile or landline in the text, E.164, or None."""

    def age(self, text: str) -> float | None:
        """A child's age in years said in the text ("my 4yr old", "18 months" is 1.5), or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """Everything a step works with; compiled once when content or directory changes, shared by threads."""

    flows: Mapping[str, "Flow"]  # by name, of the session's bundle
    wording: "Wording"
    lexicon: Lexicon
    readers: Readers
    finder: Finder
    council: Mapping[str, str] = field(default_factory=dict)  # values every text may use: service, phone ...
