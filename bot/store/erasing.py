"""What every table holds of one person, counted and removed by the same conditions.

`OF` names each table that may hold something of a person, in the order in which rows go: what points comes before what
is pointed at. `KEEPS` names every other table, with why it keeps its rows. A table in neither fails the tests, so that
whoever adds one decides. Everything is one transaction of the caller's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from bot.store.addresses import ERASED, address
from bot.store.casework import cases
from bot.store.columns import readable
from bot.store.database import Tx
from bot.store.erased import legal_hold
from bot.store.inbox import inbox
from bot.store.keeping import enrolment
from bot.store.outbox import outbox
from bot.store.people import person, person_address
from bot.store.receipts import receipt
from bot.store.schema import METADATA
from bot.store.touches import touch

Condition = sa.ColumnElement[bool]
IN_FLIGHT: Final = "sending"
ANSWERED_BY_IT: Final = ("my-data", "my-data-erase")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """From when until when what was said at an address is theirs; None where that has no end.

    `alone`: nobody else ever had it, so the address itself goes too. `current`: they have it now.
    """

    address_id: int
    after: datetime | None = None
    until: datetime | None = None
    alone: bool = False
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose rows: these people's, what was said in these stays, and these cases and enrolments whoever's they are."""

    people: Sequence[int] = ()
    stays: Sequence[Stay] = ()
    cases: Sequence[int] = ()
    enrolments: Sequence[int] = ()


def _t(name: str) -> sa.Table:
    return METADATA.tables[name]


def _said(scope: Scope, where: sa.Column[Any], at: sa.Column[Any]) -> Condition:
    """Rows of an address at an instant, where the stay was theirs."""
    either: list[Condition] = []
    for stay in scope.stays:
        bounds: list[Condition] = [where == stay.address_id]
        if stay.after is not None:
            bounds.append(at > stay.after)
        if stay.until is not None:
            bounds.append(at <= stay.until)
        either.append(sa.and_(*bounds))
    return sa.or_(sa.false(), *either)


def _alone(scope: Scope, where: sa.Column[Any], *, current: bool = False) -> Condition:
    return where.in_([s.address_id for s in scope.stays if s.alone or (current and s.current)])


def _cases(scope: Scope) -> Condition:
    nobodys_or_theirs = sa.or_(cases.c.person_id.is_(None), cases.c.person_id.in_(scope.people))
    said = sa.and_(_said(scope, cases.c.address_id, cases.c.opened_at), nobodys_or_theirs)
    return sa.or_(cases.c.person_id.in_(scope.people), cases.c.id.in_(scope.cases), said)


def _of_case(column: sa.Column[Any]) -> Callable[[Scope], Condition]:
    return lambda scope: column.in_(sa.select(cases.c.id).where(_cases(scope)))


def _enrolments(scope: Scope) -> Condition:
    about = sa.or_(enrolment.c.person_id.in_(scope.people), enrolment.c.child_id.in_(scope.people))
    return sa.or_(about, enrolment.c.id.in_(scope.enrolments))


def _touches(scope: Scope) -> Condition:
    return touch.c.enrolment_id.in_(sa.select(enrolment.c.id).where(_enrolments(scope)))


def _outbox(scope: Scope) -> Condition:
    """A text of theirs, also one that said a brother's or sister's check-in and theirs together. One that belongs to a
    case goes with the case."""
    theirs = sa.select(touch.c.id).where(_touches(scope))
    joined = sa.select(touch.c.joined_id).where(_touches(scope), touch.c.joined_id.is_not(None))
    of_case = _of_case(outbox.c.case_id)(scope)
    planned = sa.or_(outbox.c.touch_id.in_(theirs), outbox.c.touch_id.in_(joined))
    said = _said(scope, outbox.c.address_id, outbox.c.created_at)
    return sa.or_(said, of_case, sa.and_(planned, outbox.c.case_id.is_(None)))


def _receipts(scope: Scope) -> Condition:
    ids, sids = (sa.select(column).where(_outbox(scope)) for column in (outbox.c.id, outbox.c.provider_sid))
    return sa.or_(
        receipt.c.outbox_id.in_(ids), receipt.c.provider_sid.in_(sids.where(outbox.c.provider_sid.is_not(None)))
    )


def _alerts(scope: Scope) -> Condition:
    alert = _t("alert")
    texts = sa.select(outbox.c.id).where(_outbox(scope))
    return sa.or_(_of_case(alert.c.case_id)(scope), alert.c.outbox_id.in_(texts))


def _reviews(scope: Scope) -> Condition:
    review = _t("review")
    heard = sa.select(inbox.c.id).where(_inbox(scope))
    return sa.or_(_of_case(review.c.case_id)(scope), review.c.inbox_id.in_(heard), _alone(scope, review.c.address_id))


def _inbox(scope: Scope) -> Condition:
    return _said(scope, inbox.c.address_id, inbox.c.received_at)


def _nobodys_or_theirs(name: str) -> Callable[[Scope], Condition]:
    """Rows that name a person or, where they name none, an address."""

    def condition(scope: Scope) -> Condition:
        table = _t(name)
        said = sa.and_(_said(scope, table.c.address_id, table.c.at), table.c.person_id.is_(None))
        return sa.or_(table.c.person_id.in_(scope.people), said)

    return condition


def _phone_asks(scope: Scope) -> Condition:
    asked = _t("phone_ask")
    return sa.or_(_said(scope, asked.c.phone_id, asked.c.at), _said(scope, asked.c.chat_id, asked.c.at))


def _scores(scope: Scope) -> Condition:
    theirs = sa.select(touch.c.id).where(_touches(scope))
    return sa.or_(_nobodys_or_theirs("score")(scope), _t("score").c.touch_id.in_(theirs))


def _contact_reviews(scope: Scope) -> Condition:
    contact = _t("contact_log")
    theirs = sa.select(contact.c.id).where(contact.c.person_id.in_(scope.people))
    return _t("contact_review").c.contact_id.in_(theirs)


def _beside(scope: Scope) -> Condition:
    return _t("enrolment_beside").c.enrolment_id.in_(sa.select(enrolment.c.id).where(_enrolments(scope)))


def _restricted(scope: Scope) -> Condition:
    restriction = _t("restriction")
    theirs = sa.select(restriction.c.id).where(_of_case(restriction.c.case_id)(scope))
    return _t("restriction_named").c.restriction_id.in_(theirs)


def _links(scope: Scope) -> Condition:
    link = _t("case_link")
    return sa.or_(_of_case(link.c.case_id)(scope), _of_case(link.c.other_id)(scope))


def _legal_holds(scope: Scope) -> Condition:
    return sa.or_(legal_hold.c.person_id.in_(scope.people), _of_case(legal_hold.c.case_id)(scope))


def _merges(scope: Scope) -> Condition:
    merge = _t("person_merge")
    return sa.or_(merge.c.kept_id.in_(scope.people), merge.c.away_id.in_(scope.people))


def _merge_changes(scope: Scope) -> Condition:
    return _t("person_merge_change").c.merge_id.in_(sa.select(_t("person_merge").c.id).where(_merges(scope)))


def _people(column: str, table: str) -> Callable[[Scope], Condition]:
    return lambda scope: _t(table).c[column].in_(scope.people)


def _at_case(table: str) -> Callable[[Scope], Condition]:
    return _of_case(_t(table).c.case_id)


# By table, in the order in which rows go.
OF: Final[Mapping[str, Callable[[Scope], Condition]]] = {
    "receipt": _receipts,
    "alert": _alerts,
    "climb": _at_case("climb"),
    "case_viewer": _at_case("case_viewer"),
    "call_back": _at_case("call_back"),
    "handover": _at_case("handover"),
    "restriction_named": _restricted,
    "closing": _at_case("closing"),
    "case_link": _links,
    "restriction": _at_case("restriction"),
    "pathway_step": _at_case("pathway_step"),
    "case_event": _at_case("case_event"),
    "referral": _at_case("referral"),
    "legal_hold": _legal_holds,
    "review": _reviews,
    "score": _scores,
    "outbox": _outbox,
    "inbox": _inbox,
    "phone_ask": _phone_asks,
    "wish": lambda scope: _said(scope, _t("wish").c.address_id, _t("wish").c.at),
    "feedback": lambda scope: _said(scope, _t("feedback").c.address_id, _t("feedback").c.at),
    "consent": _nobodys_or_theirs("consent"),
    "conversation": lambda scope: _alone(scope, _t("conversation").c.address_id, current=True),
    "timer": lambda scope: _alone(scope, _t("timer").c.address_id, current=True),
    "cases": _cases,
    "enrolment_beside": _beside,
    "touch": _touches,
    "enrolment": _enrolments,
    "contact_review": _contact_reviews,
    "contact_log": _people("person_id", "contact_log"),
    "hold": _people("person_id", "hold"),
    "person_merge_change": _merge_changes,
    "person_merge": _merges,
    "person_address": _people("person_id", "person_address"),
    "person": _people("id", "person"),
}
# Removed or emptied by `remove` and `forget_in_sheets` in their own way.
OTHERWISE: Final = frozenset({"address", "carrier_block", "household", "upload_part", "posted"})
KEEPS: Final[Mapping[str, str]] = {
    "erased": "keyed fingerprints, so that a restored copy or an old sheet brings nobody back",
    "audit": "references and codes alone; its rows are sealed in a chain",
    "audit_seal": "digests of the audit",
    "staff": "the council's own staff",
    "staff_session": "the council's own staff",
    "staff_absence": "the council's own staff",
    "staff_identity": "the council's own staff",
    "staff_code": "the council's own staff",
    "staff_passkey": "the council's own staff",
    "sign_on_returned": "digests of sign-ins, for some minutes",
    "sign_in_attempt": "keyed fingerprints of staff who signed in",
    "contact": "how the people on duty are reached",
    "upload": "a sheet's counts; the sheet goes by itself within days",
    "search_log": "needs, half a postcode and the day: it names nobody",
    "sending_hour": "counts",
    "bucket": "counts",
    "flag": "switches",
    "heartbeat": "when a part of the service last ran",
    "version": "counts",
    "carrier_account": "our own account with the provider",
    "bundle": "published content",
    "service": "the directory",
    "entry": "the directory",
    "entry_change": "the directory",
    "provider": "organisations",
    "provider_link": "organisations",
    "proposal": "organisations",
    "feed_run": "the directory",
    "same_entry": "the directory",
    "entry_wrong": "nobody is asked who they are, and the words go when it is settled",
}


def count(tx: Tx, scope: Scope) -> dict[str, int]:
    """How many rows of each table are theirs; tables with none are left out."""
    found = {}
    for name, condition in OF.items():
        counted = sa.select(sa.func.count()).select_from(_t(name)).where(condition(scope))
        number = int(tx.execute(counted).scalar_one())
        if number:
            found[name] = number
    return found


def rows(tx: Tx, scope: Scope, name: str) -> list[Mapping[str, Any]]:
    """Their rows of a table, as a person reads them, in the order in which they were written."""
    table = _t(name)
    columns = [readable(column) for column in table.c]
    found = tx.execute(sa.select(*columns).where(OF[name](scope)).order_by(*table.primary_key.columns))
    return [dict(row) for row in found.mappings()]


def lock(tx: Tx, scope: Scope) -> None:
    """Hold their addresses until the transaction ends, in the order in which everybody locks many."""
    ids = sorted({stay.address_id for stay in scope.stays})
    tx.execute(sa.select(address.c.id).where(address.c.id.in_(ids)).order_by(address.c.id).with_for_update()).all()


def in_flight(tx: Tx, scope: Scope) -> bool:
    """Whether a sender has something of theirs in its hands at this moment."""
    return (
        tx.execute(sa.select(outbox.c.id).where(outbox.c.state == IN_FLIGHT, _outbox(scope)).limit(1)).first()
        is not None
    )


def open_cases(tx: Tx, scope: Scope) -> list[str]:
    """The references of theirs that nobody has closed, but for the wish that the erasure itself answers."""
    waits = (cases.c.state != "closed", cases.c.reason.not_in(ANSWERED_BY_IT))
    rows = tx.execute(sa.select(cases.c.ref).where(*waits, _cases(scope)).order_by(cases.c.id))
    return [str(ref) for ref in rows.scalars()]


def case_ids(tx: Tx, scope: Scope) -> list[int]:
    return [int(found) for found in tx.execute(sa.select(cases.c.id).where(_cases(scope))).scalars()]


def remove(tx: Tx, scope: Scope) -> dict[str, int]:
    """Remove all of it; how many rows of each table went. A number that said STOP leaves its fingerprint and that."""
    homes = _homes(tx, scope)
    theirs = sa.select(touch.c.id).where(_touches(scope))
    tx.execute(sa.update(touch).where(touch.c.joined_id.in_(theirs)).values(joined_id=None))
    gone: dict[str, int] = {}
    for name, condition in OF.items():
        if name == "touch":  # what stays of a case does not point at a check-in that goes
            tx.execute(sa.update(outbox).where(outbox.c.touch_id.in_(theirs)).values(touch_id=None))
        number = tx.execute(sa.delete(_t(name)).where(condition(scope))).rowcount
        if number:
            gone[name] = number
    for stay in scope.stays:
        if stay.alone:
            gone["address"] = gone.get("address", 0) + _leave(tx, stay.address_id)
    for home in homes:
        if tx.execute(sa.select(person.c.id).where(person.c.household_id == home).limit(1)).first() is None:
            household = _t("household")
            gone["household"] = gone.get("household", 0) + tx.execute(
                sa.delete(household).where(household.c.id == home)
            ).rowcount  # fmt: skip
    return gone


def _homes(tx: Tx, scope: Scope) -> list[int]:
    rows = tx.execute(sa.select(person.c.household_id).where(person.c.id.in_(scope.people)).distinct())
    return [int(found) for found in rows.scalars() if found is not None]


def _leave(tx: Tx, address_id: int) -> int:
    """Remove an address; one that said STOP, or that something still names, stays as a fingerprint with no number."""
    block = _t("carrier_block")
    stopped = tx.execute(sa.select(address.c.consent).where(address.c.id == address_id)).scalar_one() == "stopped"
    if not stopped:
        tx.execute(sa.delete(block).where(block.c.address_id == address_id))
    if stopped or any(
        tx.execute(sa.select(sa.literal(1)).where(column == address_id).limit(1)).first() for column in _pointing()
    ):
        tx.execute(sa.update(address).where(address.c.id == address_id).values(**_BLANK))
        return 1
    return tx.execute(sa.delete(address).where(address.c.id == address_id)).rowcount


# All but the fingerprint and whether they said STOP. `created_at` must be some instant, and tells nothing so.
_BLANK: Final[Mapping[str, Any]] = {
    "value": "", "asked_since_stop": False, "language": "en", "safe": "unknown", "shared": False, "watched": False,
    "safe_times": None, "first_said_at": None, "last_in_at": None, "worker_wrote_at": None, "released_at": None,
    "paused_until": None, "every_days": None, "word": None, "word_until": None, "created_at": ERASED,
    "consent": sa.case((address.c.consent == "stopped", "stopped"), else_="unasked"),
}  # fmt: skip


@cache
def _pointing() -> tuple[sa.Column[Any], ...]:
    """Every column of any table that names an address."""
    return tuple(
        key.parent for table in METADATA.sorted_tables for key in table.foreign_keys if key.column is address.c.id
    )


def nameless(tx: Tx, address_id: int) -> bool:
    """Whether nobody, not even a former holder, is known at an address."""
    found = sa.select(person_address.c.person_id).where(person_address.c.address_id == address_id).limit(1)
    return tx.execute(found).first() is None
