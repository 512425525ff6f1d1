"""Two merged records taken apart again: each row goes back where it was, and what came since goes where it came from.

What somebody changed after the merge stays as they changed it. What came since by a number goes with the number; what
came by none is asked. The newest merge of a record is taken apart first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from bot.casework.accounts import SignedIn
from bot.casework.merging import NotSo, Stale, keep_closed, lock, seen
from bot.casework.timeline import programme_titles
from bot.house import House
from bot.live import Snapshot
from bot.people import planning, telephoning
from bot.store import addresses, casework, erased, keeping, merged, people, staff, touches
from bot.store import merging as rows
from bot.store.database import Tx
from bot.store.merged import Change, Merge, Value
from bot.store.merging import Since, Tie
from bot.store.people import Person
from scheduler.changes import CHANGES
from scheduler.one_person import SAID

HELD: Final = (
    "There is a legal hold on this record or one of its cases. What is kept as evidence must stay as it stands. "
    "Whoever put the hold can lift it."
)
ERASED: Final = "Somebody whom this merge brought together was erased since. What was theirs is gone, so it stays."
AGAIN: Final = "A child of theirs was merged again since. Take that apart first."
APART: Final = "Ended again: two records that were merged were taken apart."
WAITED: Final = "It waited for a telephone call before two records were merged."
Whose = Literal["kept", "away", "ask"]
ASKED: Final = ("cases", "contact_log", "enrolment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Something that came since. `whose`: who it goes with, or that it is asked; `key` names it in the form."""

    key: str
    kind: str
    told: str
    at: datetime
    whose: Whose


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How many messages there were at a number since; they stay at the number. None: its key is lost."""

    value: str | None
    kind: str
    count: int
    whose: Whose


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """What taking a merge apart would do. `refused`: why it cannot be, empty where it can."""

    merge_id: int
    kept: Person
    away: Person
    by: str
    at: datetime
    why: str
    back: Mapping[str, int]
    came: Sequence[Came]
    spoken: Sequence[Spoken]
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    merge: Merge
    pairs: Sequence[tuple[Person, Person]]
    changes: Sequence[Change]
    came: Sequence[tuple[Came, Since]]
    refused: str


def look(house: House, ref: str, by: SignedIn) -> tuple[Person, Parting | None]:
    """The newest merge of a record, and what came since, audited. Raises NoSuchPerson."""
    now = house.clock.now()
    with house.db.write() as tx:
        kept = seen(tx, ref, by)
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="person.parting", target=f"person:{kept.ref}")
        merge = merged.newest(tx, kept.id)
        if merge is None:
            return kept, None
        found = _read(tx, merge, programme_titles(house, tx))
        counts: dict[str, int] = {}
        for one in found.changes:
            if (one.what, one.field) in {("cell", "person_id"), ("aside", "since")}:
                name = one.name.partition(":")[0]
                counts[name] = counts.get(name, 0) + 1
        return kept, Parting(
            merge_id=merge.id, kept=kept, away=people.person_by_id(tx, merge.away_id), at=merge.at, why=merge.why,
            by=staff.staff_names(tx).get(merge.by_id or 0, ""), back=counts, refused=found.refused,
            came=[came for came, _ in found.came if came.kind in ASKED], spoken=_spoken(tx, found),
        )  # fmt: skip


def part(house: House, ref: str, merge_id: int, given: Mapping[str, str], by: SignedIn) -> str:
    """Take it apart; the reference of the record that is there again. `given`: by key, "away" for what came since and
    is of that record. Raises NoSuchPerson, Stale where another did first, and NotSo."""
    now = house.clock.now()

    def once(tx: Tx) -> str:
        people.import_alone(tx)
        kept = seen(tx, ref, by)
        merge = merged.newest(tx, kept.id)
        if merge is None or merge.id != merge_id:
            raise Stale
        away = _part(house, tx, merge, given, by.staff.id, now)
        staff.add_audit(
            tx, at=now, staff_id=by.staff.id, action="person.parted", target=f"person:{kept.ref}", detail=away.ref
        )
        return away.ref

    return house.db.attempt(once)


def _part(
    house: House, tx: Tx, merge: Merge, given: Mapping[str, str], by: int | None, now: datetime, *,
    anyhow: bool = False,
) -> Person:  # fmt: skip
    lock(tx, _pairs(tx, merge))
    standing = merged.newest(tx, merge.kept_id, lock=True)
    if standing is None or standing.id != merge.id:
        raise Stale
    snapshot = house.live.snapshot(tx)
    found = _read(tx, merge, {})
    if found.refused and not anyhow:
        raise NotSo("sure", found.refused)
    asked = {came.key: came.whose for came, _ in found.came if came.whose == "ask"}
    given = dict.fromkeys(asked, "kept") if anyhow else given
    if not asked.keys() <= given.keys() or any(given[key] not in {"kept", "away"} for key in asked):
        raise NotSo("came", "Say of each thing that came since whose it is.")
    before = [merge, *merged.with_parent(tx, merge.id)]
    merged.undo(tx, [one.id for one in before], by=by, at=now)
    _give_back(tx, found, now)
    for came, row in found.came:
        if (given[came.key] if came.whose == "ask" else came.whose) == "away":
            _goes_away(tx, row, found.pairs)
    _plans(tx, snapshot, found.changes, now)
    kept, away = (people.person_by_id(tx, one) for one in (merge.kept_id, merge.away_id))
    rows.renamed(tx, [person.id for pair in found.pairs for person in pair])
    for one in (kept, away):
        keep_closed(house, tx, one, now)
    return away


def part_from(house: House, tx: Tx, away_id: int, now: datetime) -> None:
    """Take a record apart from whomever it was merged into, the newest merge first, whatever forbids it otherwise: of a
    copy from before it was taken apart. What came since stays with the record that was kept."""
    people.import_alone(tx)
    while (kept_id := merged.leads_to(tx, [away_id]).get(away_id)) is not None:
        newest = merged.newest(tx, kept_id) or _parents(tx, away_id)
        if newest is None:
            return
        _part(house, tx, newest, {}, None, now, anyhow=True)
        away, kept = (people.person_by_id(tx, one) for one in (newest.away_id, newest.kept_id))
        staff.add_audit(tx, at=now, staff_id=None, action="person.parted", target=f"person:{kept.ref}", detail=away.ref)


def _parents(tx: Tx, away_id: int) -> Merge | None:
    """The newest merge of the parent with whom a child's record was merged."""
    own = merged.of_away(tx, away_id)
    parent = None if own is None or own.with_id is None else merged.by_id(tx, own.with_id)
    return None if parent is None else merged.newest(tx, parent.kept_id)


def _pairs(tx: Tx, merge: Merge) -> list[tuple[Person, Person]]:
    every = [merge, *merged.with_parent(tx, merge.id)]
    return [(people.person_by_id(tx, one.kept_id), people.person_by_id(tx, one.away_id)) for one in every]


def _read(tx: Tx, merge: Merge, titles: Mapping[str, str]) -> _Read:
    changes, pairs = merged.changes_of(tx, merge.id), _pairs(tx, merge)
    return _Read(
        merge=merge, pairs=pairs, changes=changes, came=_came(tx, merge, pairs, changes, titles),
        refused=_refused(tx, merge, pairs, changes),
    )  # fmt: skip


def _refused(tx: Tx, merge: Merge, pairs: Sequence[tuple[Person, Person]], changes: Sequence[Change]) -> str:
    named = {one.row_id for one in changes if one.name == "person"}
    named |= {int(one.name.partition(":")[2]) for one in changes if one.name.startswith("person_address:")}
    if named - rows.there(tx, named):
        return ERASED
    later = [merged.newest(tx, kept.id) for kept, _ in pairs[1:]]
    if merged.leads_to(tx, [kept.id for kept, _ in pairs]) or any(one and one.id > merge.id for one in later):
        return AGAIN
    everybody = [person.id for pair in pairs for person in pair]
    at = {tie.address_id for tie in rows.ties(tx, everybody)}
    cases = casework.cases_of(tx, address_ids=sorted(at), person_ids=everybody)
    return HELD if erased.legal_holds(tx, people=everybody, cases=[case.id for case in cases]) else ""


def _goes_with(changes: Sequence[Change]) -> dict[int, Whose]:
    """By number: it goes back with the record that it came from; one that both had is asked."""
    found: dict[int, Whose] = {}
    for one in changes:
        if one.name.startswith("person_address:"):
            if one.what == "aside":
                found[one.row_id] = "ask"
            elif one.field == "person_id":
                found[one.row_id] = "away"
    return found


def _came(
    tx: Tx, merge: Merge, pairs: Sequence[tuple[Person, Person]], changes: Sequence[Change], titles: Mapping[str, str]
) -> list[tuple[Came, Since]]:
    moved: dict[str, set[int]] = {}
    for one in changes:
        moved.setdefault(one.name, set()).add(one.row_id)
    goes = _goes_with(changes)
    found = []
    for kept, _ in pairs:
        for row in rows.since(tx, kept.id, moved, merge.at):
            known = goes.get(row.address_id, "kept") if row.address_id is not None else "ask"
            whose: Whose = "kept" if known == "ask" and row.name in {"consent", "score"} else known
            told = titles.get(row.told, row.told)
            came = Came(key=f"{row.name}-{row.row_id}", kind=row.name, told=told, at=row.at, whose=whose)
            found.append((came, row))
    return found


def _spoken(tx: Tx, found: _Read) -> list[Spoken]:
    goes = _goes_with(found.changes)
    at = [tie.address_id for tie in rows.ties(tx, [found.merge.kept_id])]
    told = []
    for address_id, count in sorted(rows.messages_since(tx, at, found.merge.at).items()):
        address = addresses.readable_address(tx, address_id)
        told.append(
            Spoken(
                value=None if address is None else address.value, kind="sms" if address is None else address.kind,
                count=count, whose=goes.get(address_id, "kept"),
            )
        )  # fmt: skip
    return told


def _give_back(tx: Tx, found: _Read, now: datetime) -> None:
    """Every value that is still as the merge left it, the last first. What was changed since stays."""
    ours = {away.id: kept.id for kept, away in found.pairs}
    standing = {(tie.person_id, tie.address_id): tie for kept, _ in found.pairs for tie in rows.ties(tx, [kept.id])}
    aside: dict[tuple[int, int], dict[str, Value]] = {}
    for one in reversed(found.changes):
        if one.name.startswith("person_address:"):
            away_id = int(one.name.partition(":")[2])
            tie = standing.get((ours[away_id], one.row_id))
            if one.what == "aside":
                aside.setdefault((away_id, one.row_id), {})[one.field or ""] = one.was
            elif tie is not None and one.field == "person_id":
                rows.move_tie(tx, tie, away_id)
            elif tie is not None and getattr(tie, one.field or "") == one.now:
                rows.change_tie(tx, tie.person_id, one.row_id, **{one.field or "": one.was})
        elif one.what == "cell":
            _cell_back(tx, one)
        elif one.what == "put":
            rows.write_cell(tx, one.name, one.row_id, "lifted_at", now)
    for (away_id, address_id), values in aside.items():
        tie = standing.get((ours[away_id], address_id))
        ended = None if tie is None else tie.released_at
        if ended is not None and ended > found.merge.at and values["released_at"] is None:
            values["released_at"] = ended  # it was said since to be the wrong number
        rows.put_in_tie(tx, Tie(person_id=away_id, address_id=address_id, **values))  # type: ignore[arg-type]


def _cell_back(tx: Tx, one: Change) -> None:
    field = one.field or ""
    there, value = rows.cell(tx, one.name, one.row_id, field)
    if not there or value != one.now:
        return
    if one.name == "enrolment" and field in {"person_id", "child_id"}:
        plan = keeping.enrolment_by_id(tx, one.row_id, lock=True)
        if rows.plan_taken(tx, replace(plan, **{field: one.was})):  # type: ignore[arg-type]
            return
    rows.write_cell(tx, one.name, one.row_id, field, one.was)


def _goes_away(tx: Tx, row: Since, pairs: Sequence[tuple[Person, Person]]) -> None:
    """What came since and is of the record that is there again."""
    there, whose = rows.cell(tx, row.name, row.row_id, "person_id")
    away = next((away.id for kept, away in pairs if kept.id == whose), None)
    if not there or away is None:
        return
    if row.name == "enrolment" and rows.plan_taken(
        tx, replace(keeping.enrolment_by_id(tx, row.row_id, lock=True), person_id=away)
    ):
        return
    rows.write_cell(tx, row.name, row.row_id, "person_id", away)


def _plans(tx: Tx, snapshot: Snapshot, changes: Sequence[Change], now: datetime) -> None:
    """Plans that the merge ended go on, and one that went on only in the other's place ends again."""
    for one in changes:
        if one.name != "enrolment" or one.what not in {"ended", "again", "said"}:
            continue
        plan = keeping.find_enrolment(tx, one.row_id, lock=True)
        if plan is None:
            continue
        if one.what == "said":
            touches.free_touches(tx, plan.id, [(one.field or "", int(str(one.was)))], SAID)
        elif one.what == "again" and plan.state in keeping.GOING_ON:
            why = next((told.why for change, told in CHANGES.items() if change == one.field), APART)
            planning.end(tx, snapshot, plan, why, now, ended_for=one.field, corrected_on=one.now)
            continue
        elif one.what == "ended" and plan.state == "ended" and plan.ended_for == one.field:
            fits = [t.key for t in planning.every_touch(tx, snapshot, plan) if t.window[1] > now]
            touches.free_touches(tx, plan.id, fits, str(one.now))
            keeping.change_enrolment(tx, plan.id, state="active", ended_for=None)
            if one.was == keeping.HELD:
                telephoning.wait_for_call(tx, plan.id, WAITED, now)
        plan = keeping.enrolment_by_id(tx, one.row_id)
        if plan.state in keeping.GOING_ON:
            planning.plan_next(tx, snapshot, plan)
