"""May it leave: every cell of the table, and how the cells join."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args

import pytest

from messages import leave
from messages.addresses import NOT_TEXTED
from messages.classes import CLASS_OF, PRIORITY, TO_STAFF, Purpose, class_of, priority_of
from messages.leave import Consent, Expire, Later, Leave, LeaveFacts, Leaving, Mark, Refuse, may_leave

NOW = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
MORNING = NOW + timedelta(hours=9)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
CONSENTS: tuple[Consent, ...] = get_args(Consent)
MARKS: tuple[Mark, ...] = get_args(Mark)


def row(purpose: Purpose, *, age: timedelta = timedelta(minutes=1), **more: object) -> Leaving:
    return Leaving(purpose=purpose, created_at=NOW - age, **more)  # type: ignore[arg-type]


def facts(consent: Consent = "given", mark: Mark = "safe", **more: object) -> LeaveFacts:
    return LeaveFacts(now=NOW, consent=consent, mark=mark, **more)  # type: ignore[arg-type]


# Line by line: unasked, given, stopped. "go" leaves; anything else is the reason it is refused.
BY_CONSENT: dict[Purpose, tuple[str, str, str]] = {
    "safety": ("go", "go", "go"),
    "answer": ("go", "go", leave.STOPPED),
    "stop-receipt": (leave.STARTED_AGAIN, leave.STARTED_AGAIN, "go"),
    "staff-reply": ("go", "go", leave.STOPPED),
    "promise": ("go", "go", leave.STOPPED),
    "by-request": ("go", "go", leave.STOPPED),
    "check-in": (leave.NOT_ASKED, "go", leave.STOPPED_CHECK_IN),
    "reminder": (leave.NOT_ASKED, "go", leave.STOPPED_CHECK_IN),
    "staff-alert": ("go", "go", "go"),
    "staff-email": ("go", "go", "go"),
    "provider-email": ("go", "go", "go"),
}
# Line by line: safe, unsafe, shared, unknown; the family last wrote hours ago and the row is an hour old.
BY_MARK: dict[Purpose, tuple[str, str, str, str]] = {
    "safety": ("go", "go", "go", "go"),
    "answer": ("go", leave.UNSAFE, "go", "go"),
    "stop-receipt": ("go", "go", "go", "go"),
    "staff-reply": ("go", leave.UNSAFE, "go", "go"),
    "promise": ("go", leave.UNSAFE, "go", "go"),
    "by-request": ("go", leave.UNSAFE, leave.SHARED, "go"),
    "check-in": ("go", leave.UNSAFE, leave.SHARED, leave.NOT_KNOWN_SAFE),
    "reminder": ("go", leave.UNSAFE, leave.SHARED, leave.NOT_KNOWN_SAFE),
    "staff-alert": ("go", "go", "go", "go"),
    "staff-email": ("go", "go", "go", "go"),
    "provider-email": ("go", "go", "go", "go"),
}
# In quiet hours: while talking, and when the family has long been silent.
BY_HOUR: dict[Purpose, tuple[str, str]] = {
    "safety": ("go", "go"),
    "answer": ("go", "later"),
    "stop-receipt": ("go", "go"),
    "staff-reply": ("go", "go"),
    "promise": ("go", "later"),
    "by-request": ("go", "go"),
    "check-in": ("later", "later"),
    "reminder": ("later", "later"),
    "staff-alert": ("go", "go"),
    "staff-email": ("go", "go"),
    "provider-email": ("go", "go"),
}


def consent_that_lets(purpose: Purpose) -> Consent:
    return "stopped" if purpose == "stop-receipt" else "given"


def verdict(cell: str) -> object:
    return {"go": Leave(), "later": Later(until=MORNING)}.get(cell) or Refuse(reason=cell)


@pytest.mark.parametrize(("purpose", "consent"), list(product(PURPOSES, CONSENTS)))
def test_each_purpose_by_consent(purpose: Purpose, consent: Consent) -> None:
    """Every cell of purpose by consent is what this page says."""
    expected = verdict(BY_CONSENT[purpose][CONSENTS.index(consent)])
    assert may_leave(row(purpose), facts(consent)) == expected


@pytest.mark.parametrize(("purpose", "mark"), list(product(PURPOSES, MARKS)))
def test_each_purpose_by_mark(purpose: Purpose, mark: Mark) -> None:
    """Every cell of purpose by safe-to-text mark is what this page says."""
    expected = verdict(BY_MARK[purpose][MARKS.index(mark)])
    wrote_at = NOW - timedelta(hours=5)
    result = may_leave(row(purpose, age=timedelta(hours=1)), facts(consent_that_lets(purpose), mark, wrote_at=wrote_at))
    assert result == expected


@pytest.mark.parametrize("purpose", ["answer", "staff-reply", "promise"])
def test_an_unsafe_phone_is_answered_while_it_is_in_their_hand(purpose: Purpose) -> None:
    """Who writes from a phone marked unsafe is answered for half an hour, and then telephoned."""
    just_wrote = facts(mark="unsafe", wrote_at=NOW - timedelta(minutes=30))
    long_ago = facts(mark="unsafe", wrote_at=NOW - timedelta(minutes=31))
    assert may_leave(row(purpose, age=timedelta(hours=1)), just_wrote) == Leave()
    assert may_leave(row(purpose, age=timedelta(hours=1)), long_ago) == Refuse(reason=leave.UNSAFE)


@pytest.mark.parametrize(("purpose", "talking"), list(product(PURPOSES, [True, False])))
def test_each_purpose_in_quiet_hours(purpose: Purpose, talking: bool) -> None:
    """Every cell of purpose by quiet hours is what this page says."""
    wrote_at = NOW - (timedelta(minutes=2) if talking else timedelta(hours=6))
    expected = verdict(BY_HOUR[purpose][0 if talking else 1])
    result = may_leave(
        row(purpose, age=timedelta(hours=2)),
        facts(consent_that_lets(purpose), quiet_until=MORNING, wrote_at=wrote_at),
    )
    assert result == expected


@pytest.mark.parametrize("purpose", ["answer", "staff-reply", "promise"])
@pytest.mark.parametrize("wrote_at", [None, NOW - leave.TALKING_FOR - timedelta(seconds=1)])
def test_an_answer_to_words_that_waited_is_not_to_a_phone_in_their_hand(
    purpose: Purpose, wrote_at: datetime | None
) -> None:
    """Fetched or tried again hours after they wrote, what is answered is a moment old and their words are not: an
    unsafe phone is telephoned, and the night is waited for."""
    fresh = row(purpose, age=timedelta(0))
    assert may_leave(fresh, facts(mark="unsafe", wrote_at=wrote_at)) == Refuse(reason=leave.UNSAFE)
    by_night = may_leave(fresh, facts(quiet_until=MORNING, wrote_at=wrote_at))
    assert by_night == (Leave() if purpose == "staff-reply" else Later(until=MORNING))


def test_an_answer_leaves_at_any_hour_when_they_just_wrote() -> None:
    """The family wrote a moment ago: whatever the hour, the phone is in their hand."""
    assert may_leave(row("answer"), facts(quiet_until=MORNING, wrote_at=NOW - timedelta(minutes=2))) == Leave()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_age(purpose: Purpose) -> None:
    """A day-old message expires, save safety replies and alerts, which never do."""
    result = may_leave(row(purpose, age=timedelta(days=1)), facts(consent_that_lets(purpose)))
    assert result == (Leave() if purpose in {"safety", *TO_STAFF} else Expire(reason=leave.TOO_OLD))


def test_a_row_has_its_own_window() -> None:
    """A check-in lasts as long as its window says, longer or shorter than a day."""
    open_yet = row("check-in", age=timedelta(days=2), expires_at=NOW + timedelta(seconds=1))
    closed = row("check-in", expires_at=NOW)
    assert may_leave(open_yet, facts()) == Leave()
    assert may_leave(closed, facts()) == Expire(reason=leave.WINDOW_CLOSED)


def test_a_window_that_closes_within_the_night_expires_now() -> None:
    """Waiting until the morning would only lose it: the ledger learns tonight."""
    closing = row("check-in", expires_at=MORNING)
    later = row("check-in", expires_at=MORNING + timedelta(hours=1))
    assert may_leave(closing, facts(quiet_until=MORNING)) == Expire(reason=leave.WINDOW_CLOSES_QUIET)
    assert may_leave(later, facts(quiet_until=MORNING)) == Later(until=MORNING)


def test_quiet_hours_that_are_over_delay_nothing() -> None:
    """An instant already passed is not quiet."""
    assert may_leave(row("check-in"), facts(quiet_until=NOW)) == Leave()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_nothing_is_texted_to_what_cannot_take_a_text(purpose: Purpose) -> None:
    """A landline or a foreign number is refused for every purpose, safety too: the team telephones."""
    assert may_leave(row(purpose), facts(not_texted=NOT_TEXTED["landline"])) == Refuse(reason=NOT_TEXTED["landline"])


def test_no_second_confirmation_where_the_provider_confirms() -> None:
    """Where the provider's own keyword handling is on, ours would be the second."""
    stopped = facts("stopped", carrier_confirms_stop=True)
    assert may_leave(row("stop-receipt"), stopped) == Refuse(reason=leave.CARRIER_CONFIRMS)
    assert may_leave(row("safety"), stopped) == Leave()


@pytest.mark.parametrize(("purpose", "consent", "mark"), list(product(PURPOSES, CONSENTS, MARKS)))
def test_the_web_shows_what_is_said_there(purpose: Purpose, consent: Consent, mark: Mark) -> None:
    """A web chat is read where it is opened: consent to texts and quiet hours do not touch it; check-ins do not go."""
    result = may_leave(
        row(purpose, channel="web"), facts(consent, mark, quiet_until=MORNING, not_texted=NOT_TEXTED["landline"])
    )
    refused = purpose in {"check-in", "reminder"}
    assert result == (Refuse(reason=leave.ONLY_BY_TEXT) if refused else Leave())


def test_classes_and_their_order() -> None:
    """Safety overtakes conversation, which overtakes check-ins; every purpose has a class."""
    assert set(CLASS_OF) == set(PURPOSES) == set(leave.TABLE)
    assert PRIORITY == ("safety", "conversation", "check-in", "email")
    assert priority_of("safety") < priority_of("answer") < priority_of("reminder")
    assert class_of("staff-reply") == class_of("answer") == "conversation"


@pytest.mark.parametrize("purpose", ["staff-alert", "staff-email"])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_an_alert_stays_once_somebody_has_answered_for_the_case(purpose: Purpose, channel: leave.Channel) -> None:
    """Queued before and claimed after an acknowledgement, it is not sent: nothing fires after it."""
    assert may_leave(row(purpose, channel=channel), facts(answered=True)) == Refuse(reason=leave.ANSWERED)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_an_email_goes_only_to_staff(purpose: Purpose) -> None:
    """No family is written to by email, whatever a row says; an alert goes at any hour and age."""
    result = may_leave(
        row(purpose, channel="email", age=timedelta(days=9)),
        facts(not_texted=NOT_TEXTED["landline"], quiet_until=MORNING),
    )
    assert result == (Leave() if purpose in {"staff-email", "provider-email"} else Refuse(reason=leave.ONLY_TO_STAFF))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_what_was_written_before_a_number_changed_hands_goes_to_nobody(purpose: Purpose) -> None:
    """Once its holder says that it is the wrong person's: only a reply to danger, and what goes to staff, follows."""
    for age, before in ((timedelta(minutes=1), True), (timedelta(0), False)):
        told = may_leave(row(purpose, age=age), facts("stopped", released_at=NOW, wrote_at=NOW))
        refused = told == Refuse(reason=leave.NOT_THEIRS)
        assert refused == (before and purpose not in {"safety", *TO_STAFF})


WAITS: set[Purpose] = {"check-in", "reminder", "staff-reply", "promise"}


@pytest.mark.parametrize(("purpose", "mark"), list(product(PURPOSES, MARKS)))
def test_what_is_private_waits_for_the_word(purpose: Purpose, mark: Mark) -> None:
    """With a private word that nobody said, check-ins, replies of staff and promises wait and then expire with why;
    every other purpose is as if there were no word. What the mark refuses a check-in stays refused."""
    known = facts(consent_that_lets(purpose), mark)
    result = may_leave(row(purpose), LeaveFacts(now=NOW, consent=known.consent, mark=mark, locked=True))
    refused = BY_MARK[purpose][MARKS.index(mark)]
    if purpose not in WAITS or (refused != "go" and purpose in {"check-in", "reminder"}):
        assert result == may_leave(row(purpose), known)
    else:
        assert result == Later(until=NOW + leave.WORD_AGAIN)
        late = may_leave(
            row(purpose, age=leave.WORD_WAITS), LeaveFacts(now=NOW, consent="given", mark=mark, locked=True)
        )
        assert late == Expire(reason=leave.NO_WORD)
