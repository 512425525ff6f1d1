"""Legal holds: what stands of a person, or of one case, is evidence, and nothing erases it until the hold is lifted."""

from bot.house import House
from bot.people.subject import NoSuchSubject, find_for
from bot.store import casework, erased, erasing, people, restricting, staff
from bot.store.database import Tx
from bot.store.restricting import NOTHING


def put(house: House, ref: str, *, why: str, by: int | None) -> None:
    """Of the person or the case that has this reference. Raises NoSuchSubject."""
    now = house.clock.now()
    with house.db.write() as tx:
        person_id, case_id = _whose(tx, ref, by)
        erased.put_legal_hold(tx, person_id=person_id, case_id=case_id, why=why.strip(), by=by, now=now)
        staff.add_audit(tx, at=now, staff_id=by, action="person.held", target=_target(ref, case_id))


def lift(house: House, hold_id: int, *, ref: str, by: int | None) -> bool:
    """One of them, from the page of whom it keeps. False where it stands no longer, or keeps somebody else. Raises
    NoSuchSubject."""
    now = house.clock.now()
    with house.db.write() as tx:
        scope = find_for(tx, ref, by).whole
        theirs = erased.legal_holds(tx, people=scope.people, cases=erasing.case_ids(tx, scope))
        lifted = any(hold.id == hold_id for hold in theirs) and erased.lift_legal_hold(tx, hold_id, by=by, now=now)
        if lifted:
            staff.add_audit(tx, at=now, staff_id=by, action="person.released", target=f"person:{ref}")
        return lifted


def lift_all(house: House, ref: str, *, by: int | None) -> int:
    """Every one of this person or case; how many. Raises NoSuchSubject."""
    now = house.clock.now()
    with house.db.write() as tx:
        person_id, case_id = _whose(tx, ref, by)
        standing = erased.legal_holds(
            tx, people=[] if person_id is None else [person_id], cases=[] if case_id is None else [case_id]
        )  # fmt: skip
        for hold in standing:
            erased.lift_legal_hold(tx, hold.id, by=by, now=now)
        if standing:
            staff.add_audit(tx, at=now, staff_id=by, action="person.released", target=_target(ref, case_id))
        return len(standing)


def _whose(tx: Tx, ref: str, by: int | None) -> tuple[int | None, int | None]:
    closed = NOTHING if by is None else restricting.closed_to(tx, by)
    person = people.find_person(tx, ref)
    if person is not None and person.id not in closed.people:
        return person.id, None
    case = casework.find_case(tx, ref)
    if case is None or closed.holds(case):
        raise NoSuchSubject(ref)
    return None, case.id


def _target(ref: str, case_id: int | None) -> str:
    return f"person:{ref}" if case_id is None else f"case:{ref}"
