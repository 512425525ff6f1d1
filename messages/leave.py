"""May it leave? One table, read in the transaction that claims an outbox row.

Every cell is data. A cell is `GO`, `TALKING` (only while the family is writing with us), or the plain reason why the
row may not leave, as the desk and the ledger show it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from messages.classes import Purpose

Consent = Literal["unasked", "given", "stopped"]
Mark = Literal["safe", "unsafe", "shared", "unknown"]
Channel = Literal["sms", "web", "email"]
Hours = Literal["any", "unless-talking", "daytime"]

GO: Final = "go"
TALKING: Final = "while-talking"

# The family wrote this recently: the phone is in their hand, whatever the hour.
TALKING_FOR: Final = timedelta(minutes=30)
A_DAY: Final = timedelta(days=1)
WORD_WAITS: Final = timedelta(days=2)  # then somebody telephones, before we would ask why nobody answered
WORD_AGAIN: Final = timedelta(minutes=30)

STOPPED = "They texted STOP; telephone instead"
STOPPED_CHECK_IN = "They texted STOP: we start nothing"
NOT_ASKED = "They have not agreed to be texted"
STARTED_AGAIN = "They have texted START since"
UNSAFE = "Marked not safe to text; telephone at a safe time instead"
SHARED = "The phone is shared; telephone at a safe time instead"
NOT_KNOWN_SAFE = "Nobody has said that texting this number is safe"
CARRIER_CONFIRMS = "The provider has already confirmed their STOP"
ONLY_BY_TEXT = "A check-in goes only by text"
ANSWERED = "Not sent: somebody had answered for the case"
ONLY_TO_STAFF = "An email goes only to staff and to organisations of the directory"
NO_WORD = "It waited for their private word, which nobody said in time"
NOT_THEIRS = "Not sent: whoever has this number said that it is the wrong person's"
TOO_OLD = "Not sent within a day of being written"
WINDOW_CLOSED = "Its time had passed before it could be sent"
WINDOW_CLOSES_QUIET = "Its time ends within quiet hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One purpose's line of the table."""

    consent: Mapping[Consent, str]
    mark: Mapping[Mark, str]
    hours: Hours
    lasts: timedelta | None  # older than this it would only confuse; None: never too old
    web: str = GO
    waits_for_word: bool = False  # shows what is theirs: at a phone that others read it waits for their private word
    follows: bool = False  # goes to whoever has the number, also after they said that it is the wrong person's


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The outbox row. `expires_at` is its own window (a check-in's day); without it the purpose's age counts."""

    purpose: Purpose
    created_at: datetime
    channel: Channel = "sms"
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveFacts:
    """The world, read in the claiming transaction.

    `quiet_until` is when quiet hours end (the council's, or the family's own safe times), None where it is not quiet
    now. `wrote_at` is when the family last wrote. `released_at` is when whoever has the number last said that it is the
    wrong person's: what was written before was for somebody else. `not_texted` is why the number takes no text
    (`messages/addresses.py`), None for a UK mobile. `carrier_confirms_stop` is true where the provider itself has
    answered their STOP and this row would only say it again. `answered` is of an alert: its case was acknowledged,
    claimed or closed, or is told of anew. `locked` is true where others read the phone and nobody has just said the
    family's private word.
    """

    now: datetime
    consent: Consent
    mark: Mark
    quiet_until: datetime | None = None
    wrote_at: datetime | None = None
    released_at: datetime | None = None
    not_texted: str | None = None
    carrier_confirms_stop: bool = False
    answered: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Send it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Ask again then; nothing else of this person waits behind it in another class."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """It may not go, ever; the reason is shown to the team."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    """It came too late to be of use; the reason is shown to the team."""

    reason: str


Verdict = Leave | Later | Refuse | Expire

_ANYONE: Final[Mapping[Consent, str]] = {"unasked": GO, "given": GO, "stopped": GO}
_NOT_STOPPED: Final[Mapping[Consent, str]] = {"unasked": GO, "given": GO, "stopped": STOPPED}
_ANY_PHONE: Final[Mapping[Mark, str]] = {"safe": GO, "unsafe": GO, "shared": GO, "unknown": GO}
_IN_HAND: Final[Mapping[Mark, str]] = {"safe": GO, "unsafe": TALKING, "shared": GO, "unknown": GO}
_CHECK_IN: Final = Rule(
    consent={"unasked": NOT_ASKED, "given": GO, "stopped": STOPPED_CHECK_IN},
    mark={"safe": GO, "unsafe": UNSAFE, "shared": SHARED, "unknown": NOT_KNOWN_SAFE},
    hours="daytime",
    lasts=A_DAY,
    web=ONLY_BY_TEXT,
    waits_for_word=True,
)

TABLE: Final[Mapping[Purpose, Rule]] = MappingProxyType(
    {
        # A safety reply answers danger: no consent, mark or hour stands before it. Its words are chosen for a phone
        # that may be watched, and the desk is told to telephone where a carrier blocks it. It answers words from this
        # very phone and names nobody, so it follows the phone.
        "safety": Rule(consent=_ANYONE, mark=_ANY_PHONE, hours="any", lasts=None, follows=True),
        # The family just wrote. Held up for longer than that, or fetched late, it is no longer part of what they are
        # doing, so the night and an unsafe phone count again.
        "answer": Rule(consent=_NOT_STOPPED, mark=_IN_HAND, hours="unless-talking", lasts=A_DAY),
        # The confirmation of STOP, and the one answer after it that says how to start again.
        "stop-receipt": Rule(
            consent={"unasked": STARTED_AGAIN, "given": STARTED_AGAIN, "stopped": GO},
            mark=_ANY_PHONE,
            hours="any",
            lasts=A_DAY,
        ),
        # A worker chose the moment and the words.
        "staff-reply": Rule(consent=_NOT_STOPPED, mark=_IN_HAND, hours="any", lasts=A_DAY, waits_for_word=True),
        "promise": Rule(consent=_NOT_STOPPED, mark=_IN_HAND, hours="unless-talking", lasts=A_DAY, waits_for_word=True),
        # Somebody at a page of ours typed this number and waits for it: at any hour, but never to a phone that others
        # read, whoever typed it. The row's own quarter of an hour ends it.
        "by-request": Rule(
            consent=_NOT_STOPPED,
            mark={"safe": GO, "unsafe": UNSAFE, "shared": SHARED, "unknown": GO},
            hours="any",
            lasts=A_DAY,
        ),
        "check-in": _CHECK_IN,
        "reminder": _CHECK_IN,
        # To a worker, not to a family: nobody's consent, mark or hour stands before it, and it is never too old while
        # nobody has answered for the case. Once somebody has, it stays.
        "staff-alert": Rule(consent=_ANYONE, mark=_ANY_PHONE, hours="any", lasts=None, follows=True),
        "staff-email": Rule(consent=_ANYONE, mark=_ANY_PHONE, hours="any", lasts=None, follows=True),
        "provider-email": Rule(consent=_ANYONE, mark=_ANY_PHONE, hours="any", lasts=None, follows=True),
    }
)


def may_leave(row: Leaving, facts: LeaveFacts) -> Verdict:
    """The table's verdict. What forbids comes before what delays: number, consent, mark, age, hour."""
    rule = TABLE[row.purpose]
    if facts.answered:
        return Refuse(reason=ANSWERED)
    if row.channel == "email":
        return Leave() if row.purpose in {"staff-email", "provider-email"} else Refuse(reason=ONLY_TO_STAFF)
    if row.channel == "web":
        return Leave() if rule.web == GO else Refuse(reason=rule.web)
    talking = _talking(facts)
    reason = _forbidden(row, rule, facts, talking=talking)
    if reason is not None:
        return Refuse(reason=reason)
    return _timed(row, rule, facts, talking=talking)


def _timed(row: Leaving, rule: Rule, facts: LeaveFacts, *, talking: bool) -> Verdict:
    ends_at = _ends_at(row, rule)
    if facts.locked and rule.waits_for_word:
        return _for_the_word(row, facts, ends_at)
    if ends_at is not None and facts.now >= ends_at:
        return Expire(reason=WINDOW_CLOSED if row.expires_at else TOO_OLD)
    quiet = facts.quiet_until is not None and facts.quiet_until > facts.now
    if facts.quiet_until is None or not quiet or rule.hours == "any" or (rule.hours == "unless-talking" and talking):
        return Leave()
    if ends_at is not None and facts.quiet_until >= ends_at:
        return Expire(reason=WINDOW_CLOSES_QUIET)
    return Later(until=facts.quiet_until)


def _for_the_word(row: Leaving, facts: LeaveFacts, ends_at: datetime | None) -> Verdict:
    """It is looked at again at once when the word is said; what nobody said it for ends."""
    waits_until = row.created_at + WORD_WAITS
    ends_at = waits_until if ends_at is None else min(ends_at, waits_until)
    if facts.now >= ends_at:
        return Expire(reason=NO_WORD)
    return Later(until=min(facts.now + WORD_AGAIN, ends_at))


def _forbidden(row: Leaving, rule: Rule, facts: LeaveFacts, *, talking: bool) -> str | None:
    if facts.not_texted is not None:
        return facts.not_texted
    if facts.released_at is not None and row.created_at < facts.released_at and not rule.follows:
        return NOT_THEIRS
    if row.purpose == "stop-receipt" and facts.carrier_confirms_stop:
        return CARRIER_CONFIRMS
    consent, mark = rule.consent[facts.consent], rule.mark[facts.mark]
    if consent != GO:
        return consent
    if mark == TALKING:
        return None if talking or (facts.locked and rule.waits_for_word) else UNSAFE
    return None if mark == GO else mark


def _talking(facts: LeaveFacts) -> bool:
    """The family wrote within half an hour. When an answer was written says nothing: their words may have waited."""
    return facts.wrote_at is not None and facts.now - facts.wrote_at <= TALKING_FOR


def _ends_at(row: Leaving, rule: Rule) -> datetime | None:
    if row.expires_at is not None:
        return row.expires_at
    return None if rule.lasts is None else row.created_at + rule.lasts
