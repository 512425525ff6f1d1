"""A referral's pathway at the desk: each step taken once, by somebody, with what it needs; and what is due.

What a step asks stands in one table, from which the form is made and what was sent is checked.
"""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from bot.casework import work
from bot.casework.way import standing_of
from bot.casework.work import FRONT_DOOR, LONGEST_NOTE, Ending, Form, NotYet, locked_case, record, swap
from bot.clock import LONDON, local_date, midnight
from bot.content.pathway import NOTHING, Pathway
from bot.house import House
from bot.live import Snapshot
from bot.store import pathway as rows
from bot.store.casework import Case
from bot.store.database import Tx
from bot.store.pathway import DueReferral, TakenStep
from messages.clean import clean, is_visible
from scheduler.pathway import Due, Stage, Standing, Step, Taken, late_since, standing

LONGEST_NAME: Final = 100
CHECKED: Final = {"yes": "Yes", "no": "No", "not-known": "Not known", "not-theirs": "Not for this family"}
_ID: Final = re.compile(r"[A-Za-z0-9_-]{16,40}")
Kind = Literal["level", "checklist", "team", "offer", "name", "words", "day", "time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a form asks. `missing` is what is said where it lacks; empty where it need not be given."""

    name: str
    kind: Kind
    label: str
    missing: str = ""
    hint: str = ""


_WHY: Final = Field(name="words", kind="words", label="Anything the next worker should know")
_RECORDED: Final = (
    Field(name="recorded_ref", kind="name", label="Recorded in the case system: reference",
          missing="Give the reference under which it is recorded in the case system."),
    Field(name="recorded_by", kind="name", label="Recorded by", missing="Say who recorded it in the case system."),
)  # fmt: skip
ACCEPTED: Final = (
    Field(name="acceptor", kind="name", label="Accepted by: their name",
          missing="Name who accepted it at the front door."),
    Field(name="accepted_on", kind="day", label="Day", missing="Give the day on which they accepted it."),
    Field(name="accepted_at", kind="time", label="Time", missing="Give the time at which they accepted it."),
)  # fmt: skip
FIELDS: Final[Mapping[Step, tuple[Field, ...]]] = MappingProxyType(
    {
        "triaged": (
            Field(name="level", kind="level", label="Level", missing="Choose a level."),
            Field(name="checklist", kind="checklist", label="Checklist", missing="Answer each line of the checklist."),
            _WHY,
        ),
        "assigned": (
            Field(name="team", kind="team", label="Locality team or partner", missing="Choose a team or partner."),
            Field(name="lead", kind="name", label="Named lead", missing="Name who leads there."),
            _WHY,
        ),
        "help-secured": (
            Field(name="words", kind="words", label="What help is in place, and who gives it",
                  missing="Say what help is in place."),
        ),
        "engaged": (
            Field(name="words", kind="words", label="How the family is taking part",
                  missing="Say how the family is taking part."),
        ),
        "reviewed": (
            Field(name="words", kind="words", label="What has changed, and what happens next",
                  missing="Say what has changed, and what happens next."),
        ),
        "passed": (
            Field(name="words", kind="words", label="Why it goes to the front door",
                  missing="Say why it goes to the front door.",
                  hint="Say whether the family knows, or why they must not yet."),
        ),
        "returned": (
            Field(name="acceptor", kind="name", label="Who gave it back", missing="Name who gave it back."),
            Field(name="words", kind="words", label="Why", missing="Say why they gave it back."),
        ),
        "taken": (*ACCEPTED, *_RECORDED),
        "closed": (
            Field(name="offer", kind="offer", label="What the family was offered",
                  missing="Choose what the family was offered."),
            *_RECORDED,
        ),
    }
)  # fmt: skip


class Lacks(NotYet):
    """A field of the form is not as it must be."""

    def __init__(self, field: str, told: str) -> None:
        super().__init__(told)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A referral's pathway as its case's page shows it. `teams` are localities, then partners."""

    standing: Standing
    steps: Sequence[TakenStep]
    received_on: date
    rules: Pathway
    teams: Sequence[str]
    today: date

    @property
    def late(self) -> bool:
        due = self.standing.due
        return due is not None and due.is_late(self.today)

    def summary(self) -> list[tuple[str, str]]:
        """What stands now, heading and value, in the order of the pathway: for a page, a document or a row."""
        told: dict[str, str] = {}
        levels, offers, checks = dict(self.rules.levels), dict(self.rules.offers), dict(self.rules.checks)
        for one in self.steps:
            if one.level:
                told["Level"] = levels.get(one.level, one.level)
            for name, answer in json.loads(one.told.get("checklist", "{}")).items():
                told[checks.get(name, name)] = CHECKED.get(answer, answer)
            if one.team:
                told |= {"Team or partner": one.team, "Named lead": one.told.get("lead", "")}
            if one.step == "help-secured":
                told["Help in place"] = one.told.get("words", "")
            if one.offer:
                told["Offered"] = offers.get(one.offer, one.offer)
            if one.step == "taken":
                on, at = one.told.get("accepted_on", ""), one.told.get("accepted_at", "")
                told["Accepted at the front door"] = f"{one.told.get('acceptor', '')}, {on} {at}"
            if "recorded_ref" in one.told:
                recorded = f"{one.told['recorded_ref']}, by {one.told.get('recorded_by', '')}"
                told["Recorded in the case system"] = recorded
        return list(told.items())


def of_case(snapshot: Snapshot, tx: Tx, case: Case, now: datetime) -> Section | None:
    """None where the case is no referral."""
    if case.kind != "referral":
        return None
    steps = rows.steps_of(tx, case.id)
    council = snapshot.compiled.council
    return Section(
        standing=standing_of(snapshot, case, [Taken(step=_step(one.step), on=local_date(one.at)) for one in steps]),
        steps=steps, received_on=local_date(case.opened_at), rules=council.pathway,
        teams=(*council.localities, *council.pathway.partners), today=local_date(now),
    )  # fmt: skip


def take(house: House, form: Form, name: str, given: Mapping[str, str]) -> Literal["taken", "asked"]:
    """Take one step; or ask a second person, where it closes the case and the council wants one.

    A form that comes twice takes it once. Raises Stale, and NotYet where it may not be.
    """
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        if form.form_id and rows.is_taken(tx, form.form_id):
            return "taken"
        snapshot = house.live.snapshot(tx)
        section = of_case(snapshot, tx, case, now)
        if section is None or case.state == "closed" or name == "closed" or name not in section.standing.may:
            raise NotYet("This step cannot be taken as the referral stands now.")
        step = _step(name)
        told = _read(step, given, section)
        if step == "taken":
            passed_at = max(one.at for one in section.steps if one.step == "passed")
            _in_time(told, passed_at, now, "it was passed to them")
            if work.asks_second(house, tx, case):
                work.ask_second(
                    tx, case, form, now, act="taken", outcome=FRONT_DOOR, words=_accepted(told), given=given
                )
                return "asked"
            work.end(house, tx, case, form, now, outcome=FRONT_DOOR, words=_accepted(told))
        else:
            swap(tx, case, form, looked_at=case.looked_at or now)
            detail = dict(section.rules.levels).get(told.get("level", ""), "") or told.get("team", "")
            words = [told.get("words", ""), f"Lead: {told['lead']}" if "lead" in told else "", told.get("acceptor", "")]
            body = "\n".join(filter(None, words)) or None
            record(tx, case, form, now, f"way-{step}", body=body, detail=detail or None)
        _keep(tx, snapshot, case, form, step, told, section, now)
        return "taken"


def ending(house: House, form: Form, given: Mapping[str, str]) -> Ending:
    """What closing asks besides its outcome and reason. To be given to `work.close`."""
    now = house.clock.now()

    def end(tx: Tx, case: Case, outcome: str, words: str) -> str:
        if case.kind != "referral":
            return _at_front_door(tx, case, form, given, now, outcome)
        snapshot = house.live.snapshot(tx)
        section = of_case(snapshot, tx, case, now)
        if section is None:
            raise NotYet("This case is no referral.")
        if "closed" not in section.standing.may:
            raise NotYet("It is with the front door: it closes when somebody there has accepted it, or gave it back.")
        if outcome == FRONT_DOOR:
            raise NotYet("Pass it to the front door under Pathway: it closes when somebody there has accepted it.")
        if NOTHING.fullmatch(words):
            raise NotYet("Say what was done: a referral never ends with no further action alone.")
        told = _read("closed", given, section)
        _keep(tx, snapshot, case, form, "closed", told, section, now)
        return ""

    return end


def _at_front_door(
    tx: Tx, case: Case, form: Form, given: Mapping[str, str], now: datetime, outcome: str
) -> str:  # fmt: skip
    """Who accepted a case there that has no pathway: kept in its history, the day and time in the audit too. Raises
    Lacks, also where somebody is named and the outcome is another."""
    if outcome != FRONT_DOOR:
        if named := next((one.name for one in ACCEPTED if is_visible(clean(given.get(one.name, "")))), None):
            raise Lacks(named, "You told of the front door: choose that outcome, or leave this empty.")
        return ""
    told = {one.name: _line(one, given) for one in ACCEPTED}
    _in_time(told, case.opened_at, now, "the case was raised")
    work.record(
        tx, case, form, now, "front-door", body=_accepted(told), detail=f"{told['accepted_on']} {told['accepted_at']}"
    )
    return _accepted(told)


def _accepted(told: Mapping[str, str]) -> str:
    return f"Accepted by {told['acceptor']}, {told['accepted_on']} {told['accepted_at']}."


def first_look_missed(snapshot: Snapshot, today: date) -> datetime:
    """A referral that came before this instant and was never triaged is late."""
    clocks = snapshot.compiled.council.pathway.clocks
    return midnight(late_since(today, clocks, snapshot.rules.calendar) + timedelta(days=1))


def due_of(snapshot: Snapshot, one: DueReferral) -> Due | None:
    """What is due of a referral in a list; None where its reviews are done."""
    if not one.begun:
        found = standing(
            local_date(one.opened_at), (), snapshot.compiled.council.pathway.clocks, snapshot.rules.calendar
        )
        return found.due
    return None if one.next_on is None else Due(step=_step(one.next_step or ""), on=one.next_on)


def _step(name: str) -> Step:
    found = next((step for step in FIELDS if step == name), None)
    if found is None:
        raise NotYet("There is no such step.")
    return found


def _read(step: Step, given: Mapping[str, str], section: Section) -> dict[str, str]:
    """What the step's form told, cleaned. Raises Lacks at the first field that is wrong."""
    lists: dict[str, Mapping[str, object]] = {
        "level": dict(section.rules.levels), "offer": dict(section.rules.offers),
        "team": dict.fromkeys(section.teams),
    }  # fmt: skip
    told: dict[str, str] = {}
    for field in FIELDS[step]:
        if field.kind == "checklist":
            answers = {name: given.get(f"check-{name}", "") for name, _ in section.rules.checks}
            if wrong := next((name for name, answer in answers.items() if answer not in CHECKED), None):
                raise Lacks(f"check-{wrong}", field.missing)
            told[field.name] = json.dumps(answers)
            continue
        value = _line(field, given)
        if field.missing and field.kind in lists and value not in lists[field.kind]:
            raise Lacks(field.name, field.missing)
        if is_visible(value):
            told[field.name] = value
    return told


def _line(field: Field, given: Mapping[str, str]) -> str:
    """What stands in one field, cleaned. Raises Lacks."""
    value = clean(given.get(field.name, ""))
    if field.missing and not is_visible(value):
        raise Lacks(field.name, field.missing)
    most = LONGEST_NOTE if field.kind == "words" else LONGEST_NAME
    if len(value) > most:
        raise Lacks(field.name, f"Enter at most {most} characters.")
    return value


def _in_time(told: Mapping[str, str], since: datetime, now: datetime, what: str) -> None:
    """They accepted at or after `since`, when `what` happened, and not after now."""
    try:
        at = datetime.fromisoformat(f"{told['accepted_on']} {told['accepted_at']}").replace(tzinfo=LONDON)
    except ValueError:
        raise Lacks("accepted_on", "Give a day and a time, such as 2026-11-23 and 14:30.") from None
    if not since.replace(second=0, microsecond=0) <= at <= now:
        raise Lacks("accepted_on", f"Give a day and time after {what}, and not in the future.")


def _keep(
    tx: Tx, snapshot: Snapshot, case: Case, form: Form, step: Step, told: dict[str, str], section: Section,
    now: datetime,
) -> None:  # fmt: skip
    """The row of the step, with what is due after it."""
    before = [Taken(step=_step(one.step), on=local_date(one.at)) for one in section.steps]
    after = standing_of(snapshot, case, [*before, Taken(step=step, on=local_date(now))])
    due = after.due
    rows.add(
        tx, case_id=case.id, form_id=form.form_id if _ID.fullmatch(form.form_id) else secrets.token_urlsafe(18),
        step=step, at=now, by_id=form.by.staff.id, level=told.pop("level", None), team=told.pop("team", None),
        offer=told.pop("offer", None), told=told, next_step=None if due is None else due.step,
        next_on=None if due is None else due.on,
    )  # fmt: skip


STAGES: Final[Mapping[Stage, str]] = MappingProxyType(
    {
        "received": "Received",
        "triaged": "Triaged",
        "assigned": "Assigned",
        "help-secured": "Early help in place",
        "engaged": "Family taking part",
        "reviewed": "Under review",
        "passed": "With the front door, not accepted yet",
        "closed": "Closed",
    }
)
