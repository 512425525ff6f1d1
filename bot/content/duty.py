"""Who is told of a case, as the council's file says: people, and the rungs of each level."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from bot.content.documents import Notes
from bot.content.shapes import read_shape
from messages.addresses import read_phone, textable
from messages.smtp_email import is_email
from scheduler.calendar import Level
from scheduler.ladder import GRAVEST_FIRST, Ladder, Rung

PLACE: Final = ("ladder",)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPerson:
    """One who may be told: a role, not a name. What a manager sets at the desk stands in for phone and email."""

    role: str
    title: str
    phone: str | None = None  # E.164
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    title: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rung:
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    tell: str
    minutes: int = 10
    again_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ladder:
    """The section's own shape."""

    people: dict[str, _Person]
    urgent: tuple[_Rung, ...] = ()
    concern: tuple[_Rung, ...] = ()
    routine: tuple[_Rung, ...] = ()
    when_raised: tuple[Level, ...] = field(default=("urgent",))


def read_ladder(file: str, raw: Any, notes: Notes) -> tuple[Ladder, tuple[DutyPerson, ...]]:
    """The ladder and its people; an empty one where the section is not there or has faults, which are noted."""
    nothing: tuple[Ladder, tuple[DutyPerson, ...]] = (Ladder(), ())
    if raw is None:
        return nothing
    written = read_shape(_Ladder, raw, notes, file, PLACE)
    if written is None:
        return nothing
    before = len(notes.faults)
    told = tuple(_person(file, role, person, notes) for role, person in written.people.items())
    rungs = {level: _rungs(file, level, getattr(written, level), written.people, notes) for level in GRAVEST_FIRST}
    if len(notes.faults) > before:
        return nothing
    return Ladder(**rungs, when_raised=frozenset({"urgent", *written.when_raised})), told


def _person(file: str, role: str, person: _Person, notes: Notes) -> DutyPerson:
    place = (*PLACE, "people", role)
    phone = read_phone(person.phone)
    if not role.replace("-", "").isalnum() or not role.isascii() or len(role) > 32:
        notes.fault(file, place, "an id of at most 32 small letters, digits and hyphens")
    if not person.title.strip() or len(person.title) > 80:
        notes.fault(file, (*place, "title"), "what staff call them, in at most 80 characters")
    if person.phone.strip() and not textable(phone):
        notes.fault(file, (*place, "phone"), "a UK mobile: an alert is a text")
    if person.email.strip() and not is_email(person.email.strip()):
        notes.fault(file, (*place, "email"), "an email address")
    return DutyPerson(
        role=role, title=person.title.strip(), phone=phone.e164 if person.phone.strip() else None,
        email=person.email.strip() or None,
    )  # fmt: skip


def _rungs(
    file: str, level: Level, written: tuple[_Rung, ...], people: Mapping[str, _Person], notes: Notes
) -> tuple[Rung, ...]:
    made = []
    for at, rung in enumerate(written):
        place = (*PLACE, level, at)
        if rung.tell not in people:
            notes.fault(file, (*place, "tell"), f"{rung.tell} is none of people: {', '.join(people)}")
        if rung.again_minutes is not None and at < len(written) - 1:
            notes.fault(file, (*place, "again_minutes"), "only the last of a level is told again")
        try:
            made.append(Rung(tell=rung.tell, minutes=rung.minutes, again_minutes=rung.again_minutes))
        except ValueError as fault:
            notes.fault(file, place, str(fault))
    return tuple(made)
