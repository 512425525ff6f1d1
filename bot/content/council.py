"""The council's own settings: who it is, when its team is there, and what it promises. From council.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar, Literal

from bot.content.documents import Notes
from bot.content.duty import DutyPerson, read_ladder
from bot.content.pathway import Pathway, WrittenPathway, read_pathway
from bot.content.retention import Retention, WrittenKeep, read_retention
from bot.content.shapes import read_shape
from flows.flood import AnswerLimits
from messages.bucket import Rate
from scheduler.calendar import Promises, Week
from scheduler.ladder import Ladder
from scheduler.localtime import Period
from scheduler.programme import YOUNG_FROM_YEARS
from scheduler.quiet import QUIET, SENDING_WEEK
from scheduler.terms import Holiday, SchoolHolidays
from scheduler.worry import WorrySettings

DAILY_CAP = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Council:
    """One council. `service` is the neutral name families see: it names no need. Numbers as people say them."""

    name: str
    service: str
    phone: str
    hours_in_words: str
    area: str  # ONS code of the local authority
    out_of_hours_phone: str
    privacy_url: str
    hours: Week
    closures: frozenset[date] = field(default_factory=frozenset)
    promises: Promises = field(default_factory=Promises)
    quiet: Period | None = QUIET
    sending: Week = SENDING_WEEK
    send_before_closures: bool = False
    cap_days: int = 14
    daily_cap: int | None = DAILY_CAP
    young_person_from: int = YOUNG_FROM_YEARS
    merge_days: int = 7
    school_holidays: SchoolHolidays = field(default_factory=SchoolHolidays)
    worry: WorrySettings = field(default_factory=WorrySettings)
    texting: Rate = field(default_factory=Rate)
    answers: AnswerLimits = field(default_factory=AnswerLimits)
    localities: tuple[str, ...] = ()
    ladder: Ladder = field(default_factory=Ladder)
    told: tuple[DutyPerson, ...] = ()
    retention: Retention = field(default_factory=Retention)
    pathway: Pathway = field(default_factory=Pathway)
    second_person: bool = False  # an urgent case closes when somebody else than who asks confirms it

    def values(self) -> Mapping[str, str]:
        """What every text may name."""
        return {
            "council": self.name,
            "service": self.service,
            "phone": self.phone,
            "hours": self.hours_in_words,
            "out_of_hours_phone": self.out_of_hours_phone,
            "privacy_url": self.privacy_url,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Promised:
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    urgent_minutes: int = 15
    concern_hours: int = 2
    routine_days: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texting:
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    per_second: float = 5.0
    burst: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    in_ten_minutes: int = AnswerLimits().in_ten_minutes
    in_a_day: int = AnswerLimits().in_a_day
    same_words: int = AnswerLimits().same_words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Closing:
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    second_person: Literal["urgent", "none"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contact:
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    daily_cap: str = str(DAILY_CAP)  # check-ins a day over all families, or "none"
    merge_days: int = 7
    young_person_from: int = YOUNG_FROM_YEARS  # in years


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holidays:
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    source: str = ""
    checked_on: date | None = None
    dates: tuple[Holiday, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """The file's own shape, before days and periods are read."""

    name: str
    service: str
    phone: str
    hours_in_words: str
    area: str
    out_of_hours_phone: str
    privacy_url: str
    hours: dict[str, str]
    closures: tuple[date, ...] = ()
    promises: _Promised = field(default_factory=_Promised)
    quiet: str = "20:00-08:00"
    sending: dict[str, str] | None = None
    send_before_closures: bool = False
    cap_days: int = 14
    contact: _Contact = field(default_factory=_Contact)
    school_holidays: _Holidays = field(default_factory=_Holidays)
    worry: WorrySettings = field(default_factory=WorrySettings)
    texting: _Texting = field(default_factory=_Texting)
    answers: _Answers = field(default_factory=_Answers)
    localities: tuple[str, ...] = ()
    ladder: Any = None
    retention: dict[str, WrittenKeep] = field(default_factory=dict)
    pathway: WrittenPathway = field(default_factory=WrittenPathway)
    closing: _Closing = field(default_factory=_Closing)


def read_council(file: str, raw: Any, notes: Notes) -> Council | None:
    """The council of the file, or None with its faults noted."""
    written = read_shape(_Written, raw, notes, file, ())
    if written is None:
        return None
    before = len(notes.faults)
    if not re.fullmatch(r"E\d{8}", written.area):
        notes.fault(file, ("area",), "an ONS code of an English authority: E and eight digits")
    hours = _week(file, "hours", written.hours, notes)
    sending = SENDING_WEEK if written.sending is None else _week(file, "sending", written.sending, notes)
    ladder, told = read_ladder(file, written.ladder, notes)
    texting = _rate(file, written.texting, notes)
    answers = _answers(file, written.answers, notes)
    daily_cap = _daily_cap(file, written.contact, notes)
    if not 11 <= written.contact.young_person_from <= 18:
        notes.fault(file, ("contact", "young_person_from"), "an age in years, from 11 to 18")
    school_holidays = _holidays(file, written.school_holidays, notes)
    retention = read_retention(file, written.retention, notes)
    pathway = read_pathway(file, written.pathway, written.localities, notes)
    quiet = None
    if written.quiet.strip().casefold() != "none":
        try:
            quiet = Period.read(written.quiet)
        except ValueError as fault:
            notes.fault(file, ("quiet",), str(fault))
    if len(notes.faults) > before or hours is None or sending is None or texting is None or school_holidays is None:
        return None
    if answers is None:
        return None
    promised = written.promises
    return Council(
        name=written.name,
        service=written.service,
        phone=written.phone,
        hours_in_words=written.hours_in_words,
        area=written.area,
        out_of_hours_phone=written.out_of_hours_phone,
        privacy_url=written.privacy_url,
        hours=hours,
        closures=frozenset(written.closures),
        promises=Promises(
            urgent=timedelta(minutes=promised.urgent_minutes),
            concern_least=timedelta(hours=promised.concern_hours),
            routine_days=promised.routine_days,
        ),
        quiet=quiet,
        sending=sending,
        send_before_closures=written.send_before_closures,
        cap_days=written.cap_days,
        daily_cap=daily_cap,
        young_person_from=written.contact.young_person_from,
        merge_days=written.contact.merge_days,
        school_holidays=school_holidays,
        worry=written.worry,
        texting=texting,
        answers=answers,
        localities=written.localities,
        ladder=ladder,
        told=told,
        retention=retention,
        pathway=pathway,
        second_person=written.closing.second_person == "urgent",
    )


def _week(file: str, key: str, days: Mapping[str, str], notes: Notes) -> Week | None:
    try:
        return Week.read(days)
    except ValueError as fault:
        notes.fault(file, (key,), str(fault))
        return None


def _rate(file: str, texting: _Texting, notes: Notes) -> Rate | None:
    try:
        return Rate(per_second=texting.per_second, burst=texting.burst)
    except ValueError as fault:
        key, _, told = str(fault).partition(": ")
        notes.fault(file, ("texting", key), told)
        return None


def _answers(file: str, written: _Answers, notes: Notes) -> AnswerLimits | None:
    try:
        return AnswerLimits(
            in_ten_minutes=written.in_ten_minutes, in_a_day=written.in_a_day, same_words=written.same_words
        )
    except ValueError as fault:
        key, _, told = str(fault).partition(": ")
        notes.fault(file, ("answers", key), told)
        return None


def _daily_cap(file: str, contact: _Contact, notes: Notes) -> int | None:
    if contact.merge_days < 0:
        notes.fault(file, ("contact", "merge_days"), "0 or more days")
    told = contact.daily_cap.strip().casefold()
    if told == "none":
        return None
    if not told.isdecimal() or not int(told):
        notes.fault(file, ("contact", "daily_cap"), 'a number of check-ins a day, 1 or more, or "none"')
        return None
    return int(told)


def _holidays(file: str, written: _Holidays, notes: Notes) -> SchoolHolidays | None:
    in_order = tuple(sorted(written.dates, key=lambda holiday: holiday.first))
    try:
        return SchoolHolidays(holidays=in_order, source=written.source, checked_on=written.checked_on)
    except ValueError as fault:
        notes.fault(file, ("school_holidays",), str(fault))
        return None
