"""What is past its time, by kind: counted, and removed some rows a transaction. What a legal hold keeps is never among
it, nor what somebody still has to act on."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.store import erasing, merged
from bot.store.addresses import ERASED, address
from bot.store.casework import cases
from bot.store.database import Tx
from bot.store.erased import legal_hold
from bot.store.erasing import Scope
from bot.store.holding import hold
from bot.store.inbox import inbox
from bot.store.keeping import enrolment
from bot.store.outbox import outbox
from bot.store.people import person, person_address
from bot.store.receipts import receipt
from bot.store.schema import METADATA
from bot.store.staff import attempt, staff_session
from bot.store.touches import touch

Condition = sa.ColumnElement[bool]
_SETTLED: Final = ("refused", "expired", "accepted", "sent", "failed", "undelivered", "delivered")
_IS_HELD = legal_hold.c.lifted_at.is_(None)
_HELD_PEOPLE = sa.select(legal_hold.c.person_id).where(_IS_HELD, legal_hold.c.person_id.is_not(None))
_HELD_CASES = sa.select(legal_hold.c.case_id).where(_IS_HELD, legal_hold.c.case_id.is_not(None))


def _t(name: str) -> sa.Table:
    return METADATA.tables[name]


def _free(address_id: sa.Column[Any]) -> Condition:
    """No case stands at the address, nor of anybody who has or had it, and no legal hold keeps one of them."""
    at = sa.select(sa.literal(1)).where(cases.c.address_id == address_id)
    whose = person_address.c.address_id == address_id
    of = sa.select(sa.literal(1)).join_from(person_address, cases, cases.c.person_id == person_address.c.person_id)
    held = sa.select(sa.literal(1)).select_from(person_address).where(person_address.c.person_id.in_(_HELD_PEOPLE))
    return ~sa.or_(at.exists(), of.where(whose).exists(), held.where(whose).exists())


def _of_case(referral: bool) -> Callable[[datetime], Condition]:
    def past(before: datetime) -> Condition:
        kind = cases.c.kind == "referral" if referral else cases.c.kind != "referral"
        free = sa.and_(
            cases.c.id.not_in(_HELD_CASES), sa.or_(cases.c.person_id.is_(None), cases.c.person_id.not_in(_HELD_PEOPLE))
        )  # fmt: skip
        return sa.and_(kind, cases.c.state == "closed", cases.c.closed_at < before, free)

    return past


def _enrolments(before: datetime) -> Condition:
    since = sa.select(sa.literal(1)).where(touch.c.enrolment_id == enrolment.c.id, touch.c.decided_at >= before)
    return sa.and_(
        enrolment.c.state == "ended", enrolment.c.created_at < before, ~since.exists(),
        enrolment.c.person_id.not_in(_HELD_PEOPLE),
    )  # fmt: skip


def _contacts(before: datetime) -> Condition:
    log, review = _t("contact_log"), _t("contact_review")
    waits = sa.select(sa.literal(1)).where(review.c.contact_id == log.c.id, review.c.done_at.is_(None))
    free = sa.or_(log.c.person_id.is_(None), log.c.person_id.not_in(_HELD_PEOPLE))
    return sa.and_(log.c.on < before.date(), ~waits.exists(), free)


def _outbox(before: datetime) -> Condition:
    """A text that a case, an alert or an organisation's link still names stays with it."""
    alert, link = _t("alert"), _t("provider_link")
    named = [sa.select(sa.literal(1)).where(t.c.outbox_id == outbox.c.id).exists() for t in (alert, link)]
    return sa.and_(
        outbox.c.created_at < before, outbox.c.state.in_(_SETTLED), outbox.c.case_id.is_(None), ~sa.or_(*named),
        _free(outbox.c.address_id),
    )  # fmt: skip


def _inbox(before: datetime) -> Condition:
    return sa.and_(inbox.c.received_at < before, inbox.c.state != "new", _free(inbox.c.address_id))


def _said(name: str, at: str) -> Callable[[datetime], Condition]:
    return lambda before: sa.and_(_t(name).c[at] < before, _free(_t(name).c.address_id))


def _phone_asks(before: datetime) -> Condition:
    asked = _t("phone_ask")
    return sa.and_(asked.c.at < before, _free(asked.c.phone_id))


def _nobodys_receipts(before: datetime) -> Condition:
    return sa.and_(receipt.c.at < before, receipt.c.outbox_id.is_(None))


def _sessions(before: datetime) -> Condition:
    return sa.func.coalesce(staff_session.c.ended_at, staff_session.c.seen_at) < before


# Of each kind the tables that hold it, each with what of it is past its time.
_PAST: Final[Mapping[str, Mapping[str, Callable[[datetime], Condition]]]] = {
    "messages": {
        "outbox": _outbox,
        "inbox": _inbox,
        "phone_ask": _phone_asks,
        "wish": _said("wish", "at"),
        "feedback": _said("feedback", "at"),
        "timer": _said("timer", "fire_at"),
        "conversation": _said("conversation", "updated_at"),
        "receipt": _nobodys_receipts,
    },
    "enrolments": {"enrolment": _enrolments},
    "referrals": {"cases": _of_case(referral=True)},
    "cases": {"cases": _of_case(referral=False)},
    "contacts": {"contact_log": _contacts},
    "sign_ins": {"staff_session": _sessions, "sign_in_attempt": lambda before: attempt.c.at < before},
}
# What points at a row of these and goes before it.
_BEFORE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "outbox": (("receipt", "outbox_id"),),
    "inbox": (("review", "inbox_id"),),
    "contact_log": (("contact_review", "contact_id"),),
}


def count(tx: Tx, kind: str, before: datetime) -> int:
    """How many records of a kind are past their time."""
    if kind == "people":
        return len(people(tx, before, limit=None))
    return sum(
        int(tx.execute(sa.select(sa.func.count()).select_from(_t(name)).where(past(before))).scalar_one())
        for name, past in _PAST[kind].items()
    )


def remove(tx: Tx, kind: str, before: datetime, *, limit: int) -> int:
    """Remove some of them; how many. 0: none is left."""
    return sum(_some(tx, name, past(before), limit) for name, past in _PAST[kind].items())


def _some(tx: Tx, name: str, past: Condition, limit: int) -> int:
    table = _t(name)
    key = next(iter(table.primary_key.columns))
    ids = list(tx.execute(sa.select(key).where(past).order_by(key).limit(limit)).scalars())
    if not ids:
        return 0
    if name in {"cases", "enrolment"}:
        gone = erasing.remove(tx, Scope(cases=ids) if name == "cases" else Scope(enrolments=ids))
        return gone.get(name, 0)
    for other, column in _BEFORE.get(name, ()):
        tx.execute(sa.delete(_t(other)).where(_t(other).c[column].in_(ids)))
    return tx.execute(sa.delete(table).where(key.in_(ids))).rowcount


def people(tx: Tx, before: datetime, *, limit: int | None) -> list[str | int]:
    """Of whom nothing is left but who they are: people by their reference, then addresses of nobody by their id.

    A child goes with the last grown-up of the household, or alone where none is left; a record that was merged into
    another goes with that.
    """
    mate = person.alias("mate")
    lives_with = (mate.c.household_id == person.c.household_id, ~mate.c.child, merged.shown(mate.c.id))
    grown_up = sa.select(sa.literal(1)).where(*lives_with)
    into = (merged.merge.c.kept_id == person.c.id, merged.merge.c.undone_at.is_(None))
    behind = sa.select(merged.merge.c.away_id).where(*into).correlate(person)
    theirs = sa.select(person_address.c.address_id).where(person_address.c.person_id == person.c.id).correlate(person)
    log, legal = _t("contact_log"), legal_hold
    left = [
        _has(enrolment, sa.or_(enrolment.c.person_id == person.c.id, enrolment.c.child_id == person.c.id)),
        _has(enrolment, sa.or_(enrolment.c.person_id.in_(behind), enrolment.c.child_id.in_(behind))),
        _has(cases, sa.or_(cases.c.person_id == person.c.id, cases.c.address_id.in_(theirs))),
        _has(log, log.c.person_id == person.c.id),
        _has(inbox, inbox.c.address_id.in_(theirs)),
        _has(outbox, outbox.c.address_id.in_(theirs)),
        _has(legal, legal.c.person_id == person.c.id, _IS_HELD),
        _has(hold, hold.c.person_id == person.c.id, hold.c.lifted_at.is_(None)),
    ]
    gone = sa.select(person.c.ref).where(
        person.c.created_at < before, sa.or_(~person.c.child, ~grown_up.exists()), ~sa.or_(*left),
        merged.shown(person.c.id),
    )  # fmt: skip
    found = tx.execute(gone.order_by(person.c.id).limit(limit)).scalars().all()
    naming = [_has(column.table, column == address.c.id) for column in _naming()]
    nobodys = sa.select(address.c.id).where(
        address.c.kind.in_(("sms", "web")), address.c.created_at < before, address.c.created_at != ERASED,
        ~sa.or_(*naming),
    )  # fmt: skip
    rest = None if limit is None else limit - len(found)
    return [*found, *(int(i) for i in tx.execute(nobodys.order_by(address.c.id).limit(rest)).scalars())]


def _has(table: sa.FromClause, *conditions: Condition) -> Condition:
    return sa.select(sa.literal(1)).select_from(table).where(*conditions).correlate(person, address).exists()


def _naming() -> list[sa.Column[Any]]:
    """Every column that names an address, but for what goes with it."""
    keys = (key for table in METADATA.sorted_tables for key in table.foreign_keys if key.column is address.c.id)
    return [key.parent for key in keys if key.parent.table.name not in {"consent", "carrier_block"}]
