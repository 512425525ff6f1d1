"""Everything held of one person, for themselves (UK GDPR, article 15); what is another's is held back and counted.

The same conditions choose the rows as when a person is erased, so that what is given is what would go. Names, numbers
and emails of others whom the service knows are taken out of free words too; of whom it does not know, only a reader can
tell, and the page says so to whoever hands it over.
"""

from collections.abc import Mapping

from bot.casework.timeline import programme_titles
from bot.house import House
from bot.people import subject
from bot.people.export_parts import SECTIONS, Look, Record, Veil, at_london
from bot.people.in_words import say
from bot.people.subject import Subject
from bot.store import addresses, erasing, people, staff
from bot.store.database import Tx
from bot.store.erasing import Scope, Stay


def export(house: House, ref: str, *, by: int | None, form: str = "json") -> Record:
    """All of it, as values that JSON takes, codes in words. Audited. Raises NoSuchSubject."""
    now = house.clock.now()
    with house.db.write() as tx:
        found = subject.find_for(tx, ref, by)
        titles = programme_titles(house, tx)
        council = house.live.snapshot(tx).compiled.council
        staff.add_audit(tx, at=now, staff_id=by, action="person.export", target=_target(found), detail=form)
        record = _record(tx, found, titles)
    return {
        "reference": found.ref,
        "council": council.name,
        "service": council.service,
        "made_at": at_london(now),
        **record,
    }


def _target(found: Subject) -> str:
    return f"{found.kind}:{found.ref}"


def _record(tx: Tx, found: Subject, titles: Mapping[str, str]) -> Record:
    veil = Veil(_others(tx, found))
    look = Look(tx=tx, scope=found.own, veil=veil, titles=titles)
    about: Record = {} if found.person is None else _about(found.person)
    if found.own_merged:
        about["kept_twice_before"] = [_about(record) for record in found.own_merged]
    told: Record = {
        "about_you": about,
        "where_we_reach_you": [_address(tx, stay.address_id) for stay in found.stays if stay.current]
        + [_address(tx, address_id) for address_id in found.shared],
        **{name: read(look) for name, read in SECTIONS.items()},
    }
    shared = Scope(stays=tuple(Stay(address_id=address_id) for address_id in found.shared))
    counted = erasing.count(tx, shared)
    told["held_back"] = {
        "details_of_other_people": veil.count,
        "messages_at_a_phone_you_share": counted.get("inbox", 0) + counted.get("outbox", 0),
        "why": "What would tell of another person is held back. Where a phone is shared, nobody can tell from a "
        "message who of you wrote it or whom it was for: a worker can look through those with you.",
    }
    return told


def _others(tx: Tx, found: Subject) -> set[str]:
    """Names, numbers and emails of whoever lives or shares a number with them, and of staff, save what is their own."""
    own = found.person
    at = [*(stay.address_id for stay in found.stays), *found.shared]
    held = {t.person_id for t in people.tenures(tx, person_id=None, address_ids=at)}
    around = [] if own is None else people.around(tx, [own.id])
    around += [people.person_by_id(tx, person_id) for person_id in sorted(held)]
    records = () if own is None else (own, *found.own_merged)
    mine = {(w or "").casefold() for r in records for w in (r.first_name, r.last_name, r.email, r.name)}
    told: set[str] = set(staff.staff_names(tx).values())
    for other in around:
        if other.id in {record.id for record in records}:
            continue
        told |= {w for w in (other.first_name, other.last_name, other.email) if w}
        told |= {a.value for a in people.addresses_of(tx, other.id) if a.id not in at}
    return {word for word in told if word.casefold() not in mine}


def _about(person: people.Person) -> Record:
    told = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "born": person.born,
        "postcode": person.postcode,
        "email": person.email,
        "relation_to_the_child": person.relation,
        "language": person.language,
        "team": person.team,
        "we_worry_when_you_do_not_answer": person.worrying,
    }
    return {name: value for name, value in told.items() if value is not None}


def _address(tx: Tx, address_id: int) -> Record:
    found = addresses.readable_address(tx, address_id)
    if found is None:
        return {"kind": "A number whose key is lost"}
    return {
        "kind": say("kind of address", found.kind),
        "number": found.value if found.kind == "sms" else "",
        "texts": say("consent", found.consent),
        "safe_to_text": say("safe", found.safe),
        "safe_times": found.safe_times or "",
        "said_to_be_shared": found.shared,
        "has_a_private_word": found.word is not None,
        "language": found.language,
    }
