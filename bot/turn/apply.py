"""Applying effects: each becomes rows in the turn's transaction. Nothing is sent here."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from bot.casework import raising
from bot.publishing import wrong
from bot.settling import settle
from bot.store import (
    addresses,
    casework,
    conversations,
    entries,
    feedback,
    inbox,
    keeping,
    outbox,
    people,
    published,
    scores,
    staff,
    touches,
    wishes,
)
from bot.turn import joining, telling
from bot.turn.context import Turn
from bot.turn.say import say
from flows import effects as fx
from flows.word import OPEN_FOR
from messages.classes import Purpose
from messages.leave import NOT_THEIRS, TABLE

WORD_SAID = "(They said their private word.)"


def apply(turn: Turn, effects: Sequence[fx.Effect]) -> None:
    """Apply in order. A safety reply is tied to the case it belongs to, so that the desk sees whether it arrived."""
    for effect in effects:
        APPLY[type(effect)](turn, effect)


def _say(turn: Turn, effect: fx.Say) -> None:
    say(turn, effect)
    if effect.purpose == "reminder" and turn.touch_id is not None:
        touches.remind_touch(turn.tx, turn.touch_id, turn.now)


def _start_timer(turn: Turn, effect: fx.StartTimer) -> None:
    conversations.start_timer(
        turn.tx, address_id=turn.address.id, name=effect.name, step_no=turn.step_no, fire_at=effect.at
    )


def _cancel_timer(turn: Turn, effect: fx.CancelTimer) -> None:
    conversations.cancel_timer(turn.tx, address_id=turn.address.id, name=effect.name)


def _referral(turn: Turn, effect: fx.MakeReferral) -> None:
    raising.make_referral(turn, effect)


def _escalation(turn: Turn, effect: fx.RaiseEscalation) -> None:
    case = raising.raise_escalation(turn, effect)
    if effect.reason == "danger":
        for outbox_id in turn.safety_rows:
            outbox.change_outbox(turn.tx, outbox_id, case_id=case.id)
        if turn.inbox_id is not None:
            because = json.dumps(effect.because, ensure_ascii=False)
            inbox.change_inbox(turn.tx, turn.inbox_id, risk=effect.level, because=because)


def _add_to_case(turn: Turn, effect: fx.AddToCase) -> None:
    raising.family_wrote(turn, effect.words)


def _consent(turn: Turn, effect: fx.SetConsent) -> None:
    person, texts = turn.person, turn.wording
    shown = texts.render(effect.wording, {}, turn.language) if texts.has(effect.wording) else effect.wording
    addresses.add_consent(
        turn.tx, address_id=turn.address.id, person_id=None if person is None else person.id, kind=effect.kind,
        given=effect.given, wording_id=effect.wording, wording=shown, via=turn.address.kind, at=turn.now,
    )  # fmt: skip
    # A chat is answered while it is open, whatever was said of texts: only a number has a texting consent.
    if effect.kind == "text" and turn.address.kind == "sms":
        addresses.change_address(turn.tx, turn.address.id, consent=_texting(turn, effect), asked_since_stop=False)


def _texting(turn: Turn, effect: fx.SetConsent) -> str:
    """Only STOP stops and only START starts again. A question's yes gives a first consent; its no takes it back.

    After that no, what they write is still answered, and nothing is started: that is what they were asked.
    """
    standing = turn.address.consent
    if effect.wording in {"stop-receipt", "start-receipt"}:
        return "given" if effect.given else "stopped"
    if standing == "stopped":
        return standing
    return "given" if effect.given else "unasked"


def _language(turn: Turn, effect: fx.SetLanguage) -> None:
    turn.language = effect.language
    addresses.change_address(turn.tx, turn.address.id, language=effect.language)


def _mark(turn: Turn, effect: fx.SetMark) -> None:
    marks: dict[str, dict[str, Any]] = {
        "safe": {"safe": "safe"},
        "unsafe": {"safe": "unsafe"},
        "shared": {"shared": True},
        "watched": {"watched": True},
        "safe-times": {"safe_times": effect.value},
    }
    address = turn.address
    if effect.mark in {"unsafe", "shared", "watched"} and address.word is not None and not address.read_by_others:
        marks[effect.mark]["word_until"] = turn.now  # from here on what was asked before is theirs
    addresses.change_address(turn.tx, address.id, **marks[effect.mark])


def _score(turn: Turn, effect: fx.RecordScore) -> None:
    """At an address of several people, the answer to a check-in is of the person it was sent for."""
    person_id = None if turn.person is None else turn.person.id
    if person_id is None and effect.touch is not None:
        person_id = touches.person_of_touch(turn.tx, effect.touch)
    scores.add_score(
        turn.tx, address_id=turn.address.id, person_id=person_id, touch_id=effect.touch, value=effect.score, at=turn.now
    )


def _close_touch(turn: Turn, effect: fx.CloseTouch) -> None:
    """However late: who answers leaves the list of those who did not."""
    touches.change_touch(
        turn.tx, effect.touch, outcome=effect.outcome, reason=effect.reason[:200], settled_at=turn.now, next_at=None,
        listed=False,
    )  # fmt: skip


def _release(turn: Turn, _effect: fx.ReleaseAddress) -> None:
    """Nobody's number any more. The people keep their programmes; the next touch finds no number, and says so.

    What was raised for them stays with them, and no text of whoever holds the number now comes into it. What the
    number agreed to was theirs too; only a STOP is of the phone itself, and stands.
    """
    address = turn.address
    _refuse_queued(turn)
    if turn.people:
        raising.part_from_address(turn)
    if turn.person is not None:
        scores.own_scores(turn.tx, address.id, turn.person.id)
    for person in turn.people:
        for enrolment in keeping.enrolments_of(turn.tx, [person.id]):
            if enrolment.state == "active":
                keeping.change_enrolment(turn.tx, enrolment.id, next_at=turn.now)
    touches.end_open_touches(
        turn.tx, address.id, outcome="undelivered", reason="The number turned out to be somebody else's.", now=turn.now
    )
    people.release(turn.tx, address.id, turn.now)
    addresses.change_address(
        turn.tx, address.id, safe="unknown", shared=False, watched=False, safe_times=None, first_said_at=None,
        paused_until=None, every_days=None, word=None, word_until=None,
        consent="stopped" if address.consent == "stopped" else "unasked", worker_wrote_at=None,
        released_at=turn.now,
    )  # fmt: skip


def _refuse_queued(turn: Turn) -> None:
    """What was written for the one who had this number goes to nobody. The answer to this very message does.

    While the people are still known here, so that a worker's reply tells its case. What is just being sent and comes
    back is refused by the leave table, by when the number was released.
    """
    asked = False
    for row in outbox.queued_to(turn.tx, turn.address.id):
        purpose: Purpose = row.purpose  # type: ignore[assignment]  # the column holds only the table's words
        if not TABLE[purpose].follows and not row.key.startswith(f"{turn.key}:"):
            asked |= settle(turn.tx, row, "refused", turn.now, reason=NOT_THEIRS) == "refused"
    if asked:  # a case may have been raised, or its version moved on
        ids = [person.id for person in turn.people]
        turn.open_cases = casework.open_cases_of(turn.tx, address_id=turn.address.id, person_ids=ids)


def _search(turn: Turn, effect: fx.RecordSearch) -> None:
    published.log_search(turn.tx, at=turn.now, needs=",".join(effect.needs), area=effect.area, found=effect.found)


def _flag(turn: Turn, effect: fx.FlagListing) -> None:
    """Counted beside the entry where they did not get through, and kept where staff look up what was done: by the
    service's id, with nothing of the family's. In one order, so that no two turns wait for each other.

    One that is wrong stands on the directory's own list too, where it is sure which: of several that they were shown,
    the case has their words, and no organisation is written to for another's fault.
    """
    for listing in sorted(effect.listings):
        if effect.why == "not-reached":
            entries.not_reached(turn.tx, listing, turn.now)
        staff.add_audit(
            turn.tx, at=turn.now, staff_id=None, action="directory.flagged", target=listing, detail=effect.why
        )
    if effect.why == "wrong" and len(effect.listings) == 1:
        wrong.take(turn.house, turn.tx, effect.listings[0], "other")


def _feedback(turn: Turn, effect: fx.KeepFeedback) -> None:
    feedback.add(turn.tx, address_id=turn.address.id, words=effect.words, at=turn.now)


def _wish(turn: Turn, effect: fx.SetWish) -> None:
    """What waits is decided anew by it: a pause that is over keeps nothing back."""
    wishes.set_wish(
        turn.tx, turn.address.id, kind=effect.wish, until=effect.until, every_days=effect.every_days,
        words=effect.words, at=turn.now,
    )  # fmt: skip
    for enrolment in keeping.enrolments_of(turn.tx, [person.id for person in turn.people]):
        if enrolment.state == "active" and enrolment.waited_for is not None:
            keeping.change_enrolment(turn.tx, enrolment.id, next_at=turn.now)


def _open_by_word(turn: Turn, _effect: fx.OpenByWord) -> None:
    """What waited is looked at now. Nobody needs the word itself again: the desk reads that it was said."""
    addresses.change_address(turn.tx, turn.address.id, word_until=(turn.wrote_at or turn.now) + OPEN_FOR)
    outbox.look_now(turn.tx, turn.address.id, turn.now)
    if turn.inbox_id is not None:
        inbox.change_inbox(turn.tx, turn.inbox_id, body=WORD_SAID)


def _hold_back(turn: Turn, effect: fx.HoldBack) -> None:
    if turn.inbox_id is not None:
        inbox.change_inbox(turn.tx, turn.inbox_id, held=effect.why)


APPLY: dict[type, Callable[[Turn, Any], None]] = {
    fx.Say: _say,
    fx.StartTimer: _start_timer,
    fx.CancelTimer: _cancel_timer,
    fx.MakeReferral: _referral,
    fx.RaiseEscalation: _escalation,
    fx.AddToCase: _add_to_case,
    fx.SetConsent: _consent,
    fx.SetLanguage: _language,
    fx.SetMark: _mark,
    fx.RecordScore: _score,
    fx.CloseTouch: _close_touch,
    fx.ReleaseAddress: _release,
    fx.RecordSearch: _search,
    fx.FlagListing: _flag,
    fx.KeepFeedback: _feedback,
    fx.SetWish: _wish,
    fx.EnrolOnEvent: joining.enrol,
    fx.OpenByWord: _open_by_word,
    fx.HoldBack: _hold_back,
    fx.EndForLoss: telling.end_for_loss,
}
