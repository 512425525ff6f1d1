"""One year for some forty families, told twice: to the rehearsal, and to a whole house whose clock is moved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bot.clockwork import tick
from bot.content import Compiled
from bot.people.enrol import enrol_sheet
from bot.rehearsal.families import Families, read_families
from bot.rehearsal.hearing import Hearing, usual_words
from bot.rules import rules_of
from bot.store import keeping, people, touches
from scheduler.answering import AnswerModel
from scheduler.enrolment_sheet import COLUMNS, RefusedRow, read_sheet, resolve_dates
from scheduler.localtime import Span, end_of_day, instant
from scheduler.rehearsal import rehearse
from scheduler.rehearsed import Line, Wrote, Year
from tests.houses import Home

FIRST, LAST = date(2026, 9, 1), date(2027, 8, 31)  # both clock changes: 25 October and 28 March
UNTIL = end_of_day(LAST)
# Six days over a weekend in which much falls due, the closing date of reception among it; and a night.
OUTAGES: tuple[Span, ...] = (
    (datetime(2027, 1, 4, 8, 30, tzinfo=UTC), datetime(2027, 1, 10, 13, 20, tzinfo=UTC)),
    (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
)
LATE = timedelta(days=12, hours=1)  # the touch has long ended as no reply

Told = tuple[str, str, str, int, str | None, datetime, datetime, str, str, bool]


def sheet() -> list[str]:
    """Over forty families on every kind of programme: several children, two parents, one phone for two, a phone that is
    not safe, a number that nobody has confirmed for a year, and two that come to be so in the middle of it."""
    rows = [",".join(COLUMNS)]

    def row(
        n: int, programme: str, event: str, told: str, *, child: str = ",", phone: int = 0, safe: str = "yes"
    ) -> None:
        mobile = f"07700900{500 + (phone or n)}"
        rows.append(f"P{n:02},Name{n},,{mobile},,en,,H{n:02},parent,{child},{programme},{event},{told},Sam,{safe},")

    for n in range(1, 13):
        row(n, "after-early-help", f"-{7 * n}d", "-1d")
    for n in range(13, 17):
        row(n, "after-early-help", f"+{30 * (n - 12)}d", f"+{30 * (n - 12) - 1}d")
    for n, months in zip(range(17, 27), (20, 23, 31, 43, 44, 47, 121, 126, 160, 190), strict=True):
        row(n, "key-transitions", "-1d", "-1d", child=f"Child,-{months}m")
    row(20, "key-transitions", "-1d", "-1d", child="Twin,-43m")
    row(21, "key-transitions", "-1d", "-1d", child="Older,-122m")
    row(23, "after-early-help", "-5d", "-4d")  # two programmes: one cap over both
    for n, programme in enumerate(
        ("pregnancy-to-two", "new-school", "referral-made", "signposted", "exclusion", "separation", "house-move",
         "new-baby", "parenting-course-ended", "ehc-plan-review"), 27,
    ):  # fmt: skip
        row(n, programme, f"+{9 * (n - 20)}d", "-1d")
    row(37, "after-early-help", "-2d", "-1d", phone=38)
    row(38, "separation", "-2d", "-1d", phone=38)
    row(39, "bereavement", "+20d", "-1d", safe="no")
    row(40, "after-early-help", "-3d", "-400d")
    for n in (41, 42):
        row(n, "after-early-help", "-298d", "-300d")
    return rows


def said() -> list[Wrote]:
    """What families text of themselves: STOPs, one START, two pauses, fewer texts, and a word at a busy moment,
    and one that shows whose number it is."""

    def at(on: date, clock: time, person: str, words: str) -> Wrote:
        return Wrote(at=instant(on, clock), person=person, words=words)

    return [
        at(date(2026, 10, 25), time(1, 30), "P01", "STOP"),  # in the hour that happens twice, the service down
        at(date(2026, 9, 30), time(11, 5), "P02", "STOP"),
        at(date(2027, 2, 15), time(9), "P02", "START"),
        at(date(2027, 1, 6), time(12), "P17", "STOP"),  # in the outage
        at(date(2027, 3, 28), time(2, 30), "P27", "STOP"),  # the morning on which an hour is skipped
        at(date(2026, 10, 1), time(18), "P03", "PAUSE until 1 March"),
        at(date(2026, 11, 2), time(9, 50), "P13", "PAUSE for 3 months"),
        at(date(2026, 9, 15), time(9), "P05", "LESS"),
        at(date(2026, 11, 11), time(9), "P42", "hello"),
        at(date(2027, 2, 4), time(9, 50), "P04", "hello"),  # its check-in waits for half an hour of quiet
    ]


@dataclass
class Answers:
    """The model's answers, and some that come late; all of them kept, so that the house hears the same."""

    model: AnswerModel
    kept: list[Wrote] = field(default_factory=list)

    def __call__(self, line: Line, now: datetime) -> Iterator[Wrote]:
        late = line.person in {"P06", "P07", "P24", "P29"}
        if late:
            wrote = [] if line.reminded_at else [Wrote(at=now + LATE, person=line.person, words="7")]
        else:
            wrote = list(self.model(line, now))
        self.kept += wrote
        yield from wrote


def rehearsed(
    compiled: Compiled, rows: Sequence[str], said: Sequence[Wrote] = (), outages: Sequence[Span] = ()
) -> tuple[Families, Year, Sequence[Wrote]]:
    """The year as the rehearsal has it, and everything that anybody texts in it."""
    families = read_families(rows, compiled.programmes, FIRST, LAST)
    words = {name: usual_words(flow) for name, flow in compiled.flows.items() if flow.check_in}
    answers = Answers(model=AnswerModel(share=0.6, low=0.15, words=words))
    year = rehearse(
        families.people.values(), families.placed, rules_of(compiled.council).contact, UNTIL,
        hear=Hearing(compiled), answers=answers, happenings=said, outages=outages,
    )  # fmt: skip
    return families, year, [wrote for wrote in [*said, *answers.kept] if wrote.at < UNTIL]


def ledger_of(year: Year) -> list[Told]:
    return sorted(
        (
            line.person, line.programme, line.touch, line.occurrence, line.child, line.due_at, line.decided_at,
            line.outcome, line.reason, line.listed_at is not None and line.answered_at is None,
        )
        for line in year.ledger
    )  # fmt: skip


def live(
    home: Home, families: Families, texts: Iterable[Wrote], rows: Sequence[str], outages: Sequence[Span] = ()
) -> list[RefusedRow]:
    """The same year by the house's own clock: it ticks when something is due, and stands still in an outage. Each row
    is brought in on the day it was told, or on the first; those that are refused are told."""
    enrolling: dict[datetime, list[str]] = {}
    for sheet_row in resolve_dates(read_sheet(rows), FIRST):
        told_at = instant(max(FIRST, date.fromisoformat(sheet_row.cells["told_on"])))
        enrolling.setdefault(told_at, []).append(",".join(sheet_row.cells[name] for name in COLUMNS))
    enrolling = dict(sorted(enrolling.items()))
    refused: list[RefusedRow] = []
    coming = sorted(texts, key=lambda wrote: wrote.at)
    numbers = {person.ref: person.number for person in families.people.values()}
    while True:
        moments = [*_due(home), *list(enrolling)[:1], *(wrote.at for wrote in coming[:1])]
        if not moments:
            return refused
        now = _awake(max(home.clock.at, min(moments)), outages)
        if now >= UNTIL:
            return refused
        home.clock.at = now
        while enrolling and next(iter(enrolling)) <= now:
            begins = next(iter(enrolling))
            refused += enrol_sheet(home.house, [rows[0], *enrolling.pop(begins)]).refused
        while coming and coming[0].at <= now:
            wrote = coming.pop(0)
            home.text(wrote.words, sender=numbers[wrote.person] or "")
        tick(home.house)
        home.send()


def _awake(at: datetime, outages: Sequence[Span]) -> datetime:
    return next((end for start, end in outages if start <= at < end), at)


def _due(home: Home) -> list[datetime]:
    """When the clock has something to do next: now, where something waits already."""
    before = datetime(2000, 1, 1, tzinfo=UTC)
    with home.house.db.read() as tx:
        found = (keeping.next_enrolment_at(tx, before), touches.next_followup_at(tx, before))
    return [at for at in found if at is not None]


def lived_ledger(home: Home, families: Families) -> list[Told]:
    with home.house.db.read() as tx:
        names = {}
        for reference in families.people:
            person = people.find_person_by_source(tx, reference)
            assert person is not None
            names[person.id] = reference
        return sorted(
            (
                names[enrolment.person_id], enrolment.programme, touch.touch, touch.occurrence,
                people.person_by_id(tx, enrolment.child_id).first_name if enrolment.child_id else None,
                touch.due_at, touch.decided_at, touch.outcome, touch.reason, touch.listed,
            )
            for touch, enrolment in touches.ledger(tx)
        )  # fmt: skip
