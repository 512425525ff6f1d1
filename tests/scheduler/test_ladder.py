"""Who is told when: each rung in its turn until somebody answers, by any clock or by the team's."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import Level, Week, WorkingCalendar
from scheduler.holidays_england import england_holidays
from scheduler.ladder import (
    Begin,
    CaseFacts,
    Climb,
    Hurry,
    Ladder,
    Next,
    Nobody,
    Rung,
    Tell,
    Told,
    Wait,
    Why,
    decide,
    on_not_reached,
)
from scheduler.localtime import instant

SPLIT = Week.read(dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-12:30, 13:30-17:00"))
CALENDAR = WorkingCalendar(
    week=SPLIT, holidays=england_holidays(range(2026, 2029)), closures=frozenset({date(2027, 3, 24)})
)
DUTY, DEPUTY = Rung(tell="duty", minutes=5), Rung(tell="deputy", minutes=5)
EDT = Rung(tell="edt", minutes=10, again_minutes=30)
LOOK, HEAD = Rung(tell="duty", minutes=60), Rung(tell="manager", minutes=120)
LADDER = Ladder(
    urgent=(DUTY, DEPUTY, EDT), concern=(LOOK, HEAD), routine=(HEAD,), when_raised=frozenset({"urgent", "concern"})
)
ONCE = replace(LADDER, urgent=(DUTY, DEPUTY, replace(EDT, again_minutes=None)))
FRIDAY_NIGHT = instant(date(2027, 3, 19), time(22))
MONDAY = date(2027, 3, 22)
CASE = CaseFacts(level="urgent", look_by=FRIDAY_NIGHT + timedelta(minutes=15))
CLIMB = Climb(why="raised", level="urgent", case_level="urgent", started_at=FRIDAY_NIGHT)


def after(minutes: float, start: datetime = FRIDAY_NIGHT) -> datetime:
    return start + timedelta(minutes=minutes)


def told(*minutes: float, failed: bool = False) -> tuple[Told, ...]:
    return tuple(Told(at=after(m), failed=failed and m == minutes[-1]) for m in minutes)


def ask(climb: Climb | None, minutes: float, *, case: CaseFacts = CASE, ladder: Ladder = LADDER) -> Next:
    return decide(replace(case, looked=True), climb, ladder, CALENDAR, after(minutes))


@pytest.mark.parametrize(
    ("climb", "minutes", "what"),
    [
        (None, 0, Begin(why="raised", level="urgent")),
        (CLIMB, 0, Tell(rung=DUTY, place=0)),
        (replace(CLIMB, told=told(0)), 4, Wait(until=after(5))),
        (replace(CLIMB, told=told(0)), 5, Tell(rung=DEPUTY, place=1)),
        (replace(CLIMB, told=told(0, failed=True)), 0, Tell(rung=DEPUTY, place=1)),
        (replace(CLIMB, told=told(0), hurried_at=after(2)), 2, Tell(rung=DEPUTY, place=1)),
        (replace(CLIMB, told=told(0, 2), hurried_at=after(2)), 2, Wait(until=after(7))),
        (replace(CLIMB, told=told(0, 5)), 10, Tell(rung=EDT, place=2)),
        (replace(CLIMB, told=told(0, 5, 10)), 19, Wait(until=after(20))),
        (replace(CLIMB, told=told(0, 5, 10)), 20, Nobody()),
        # the last failed, and the others may yet answer; no message arrived at all
        (replace(CLIMB, told=told(0, 5, 10, failed=True)), 10, Wait(until=after(20))),
        (replace(CLIMB, told=tuple(Told(at=after(m), failed=True, reached=False) for m in (0, 0, 1))), 1, Nobody()),
        (replace(CLIMB, told=told(0, 5, 10), unreached=True), 39, Wait(until=after(40))),
        (replace(CLIMB, told=told(0, 5, 10), unreached=True), 40, Tell(rung=EDT, place=2)),
        (replace(CLIMB, told=told(0, 5, 10, 40), unreached=True), 41, Wait(until=after(70))),
        (replace(CLIMB, told=told(0, 5), ended=True), 300, Wait()),
        (CLIMB, 0.0, Tell(rung=DUTY, place=0)),
    ],
)
def test_urgent_on_a_friday_night(climb: Climb | None, minutes: float, what: Next) -> None:
    """By any clock: at once, the next after its minutes or at once where a message failed, and at last nobody."""
    assert ask(climb, minutes) == what


def test_a_case_that_is_taken_before_anybody_was_told() -> None:
    """Claimed within the clock's first seconds, it needs nobody; grown later, it does."""
    taken = replace(CASE, level="concern", taken=True, look_by=after(9_000))
    assert ask(None, 0, case=taken) == Wait()
    assert ask(CLIMB, 0, case=taken) != Wait()
    assert ask(replace(CLIMB, case_level="concern", ended=True), 0, case=replace(taken, level="urgent")) == Begin(
        why="grew", level="urgent"
    )


def test_a_ladder_that_does_not_repeat_ends_with_nobody_reached() -> None:
    """All told, no answer: said once, then nothing more by itself."""
    climb = replace(CLIMB, told=told(0, 5, 10))
    assert ask(climb, 20, ladder=ONCE) == Nobody()
    assert ask(replace(climb, unreached=True), 20_000, ladder=ONCE) == Wait()


def test_no_ladder_at_all_is_nobody_reached_at_once() -> None:
    """An urgent case with nobody to tell is said to be so, never quietly left."""
    assert ask(None, 0, ladder=Ladder()) == Begin(why="raised", level="urgent")
    assert ask(CLIMB, 0, ladder=Ladder()) == Nobody()
    assert ask(replace(CLIMB, unreached=True), 0, ladder=Ladder()) == Wait()


@pytest.mark.parametrize(
    ("started", "first", "second"),
    [
        # Friday night: Monday at nine, the next an open hour later
        (FRIDAY_NIGHT, instant(MONDAY, time(9)), instant(MONDAY, time(10))),
        # over the midday break: 12:00 told, thirty minutes before it and thirty after
        (instant(MONDAY, time(12)), instant(MONDAY, time(12)), instant(MONDAY, time(14))),
        # within the break
        (instant(MONDAY, time(13)), instant(MONDAY, time(13, 30)), instant(MONDAY, time(14, 30))),
        # the eve of a closed day: half an hour on Tuesday, half on Thursday
        (instant(date(2027, 3, 23), time(16, 30)), instant(date(2027, 3, 23), time(16, 30)),
         instant(date(2027, 3, 25), time(9, 30))),
        # Thursday evening before Good Friday: Tuesday after Easter Monday
        (instant(date(2027, 3, 25), time(18)), instant(date(2027, 3, 30), time(9)),
         instant(date(2027, 3, 30), time(10))),
        # over the last Sunday of March, when an hour is lost, and of October, when one comes twice
        (instant(date(2027, 4, 1), time(16, 30)), instant(date(2027, 4, 1), time(16, 30)),
         instant(date(2027, 4, 2), time(9, 30))),
        (instant(date(2026, 3, 27), time(16, 30)), instant(date(2026, 3, 27), time(16, 30)),
         instant(date(2026, 3, 30), time(9, 30))),
        (instant(date(2026, 10, 23), time(16, 30)), instant(date(2026, 10, 23), time(16, 30)),
         instant(date(2026, 10, 26), time(9, 30))),
    ],
)  # fmt: skip
def test_concern_is_told_in_open_hours(started: datetime, first: datetime, second: datetime) -> None:
    """Breaks, nights, weekends, bank holidays, closures and both clock changes: only open hours count and only in
    them is anybody told."""
    case = CaseFacts(level="concern", look_by=started + timedelta(days=30))
    climb = Climb(why="raised", level="concern", case_level="concern", started_at=started)
    asked = decide(case, climb, LADDER, CALENDAR, started)
    assert asked == (Tell(rung=LOOK, place=0) if first == started else Wait(until=first))
    assert decide(case, climb, LADDER, CALENDAR, first) == Tell(rung=LOOK, place=0)
    once = replace(climb, told=(Told(at=first),))
    assert decide(case, once, LADDER, CALENDAR, second - timedelta(seconds=1)) == Wait(until=second)
    assert decide(case, once, LADDER, CALENDAR, second) == Tell(rung=HEAD, place=1)


@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
@pytest.mark.parametrize("hour", [0, 1, 2])
def test_urgent_counts_true_minutes_through_both_clock_changes(night: date, hour: int) -> None:
    """The hour that is lost and the one that comes twice change nothing: five minutes are five minutes."""
    started = instant(night, time(hour, 58))
    climb = replace(CLIMB, started_at=started, told=(Told(at=started),))
    case = replace(CASE, looked=True)
    assert decide(case, climb, LADDER, CALENDAR, started + timedelta(seconds=299)) == Wait(
        until=started + timedelta(minutes=5)
    )
    assert decide(case, climb, LADDER, CALENDAR, started + timedelta(minutes=5)) == Tell(rung=DEPUTY, place=1)


LATE_AT = instant(MONDAY, time(11))
UNSEEN = CaseFacts(level="routine", look_by=LATE_AT)


@pytest.mark.parametrize(
    ("case", "climb", "at", "what"),
    [
        (UNSEEN, None, LATE_AT, Wait()),
        (UNSEEN, None, after(1, LATE_AT), Begin(why="late", level="routine", promise_at=LATE_AT)),
        (replace(UNSEEN, looked=True), None, after(1, LATE_AT), Wait()),
        # the climb that goes on moves up instead, and once for one promise
        (replace(UNSEEN, level="urgent"), replace(CLIMB, told=told(0)), after(1, LATE_AT), Hurry(promise_at=LATE_AT)),
        # acknowledged, and still nobody looked
        (
            replace(UNSEEN, level="urgent"),
            replace(CLIMB, told=told(0), ended=True),
            after(1, LATE_AT),
            Begin(why="late", level="urgent", promise_at=LATE_AT),
        ),
        (
            replace(UNSEEN, level="urgent"),
            replace(CLIMB, told=told(0), ended=True, promise_at=LATE_AT),
            after(1, LATE_AT),
            Wait(),
        ),
    ],
)
def test_a_broken_promise_climbs(case: CaseFacts, climb: Climb | None, at: datetime, what: Next) -> None:
    """Past its time and nobody looked: a climb begins for any level, or the one that goes on moves up; once."""
    assert decide(case, climb, LADDER, CALENDAR, at) == what


@pytest.mark.parametrize(
    ("level", "of", "ended", "what"),
    [
        ("urgent", "concern", False, Begin(why="grew", level="urgent")),
        ("urgent", "concern", True, Begin(why="grew", level="urgent")),
        ("urgent", "routine", True, Begin(why="grew", level="urgent")),
        ("concern", "routine", True, Begin(why="grew", level="concern")),
        ("urgent", "urgent", True, Wait()),
        ("concern", "urgent", True, Wait()),
    ],
)
def test_only_growth_alerts_anew(level: Level, of: Level, ended: bool, what: Next) -> None:
    """Acknowledged or not, a graver level starts the ladder from its first rung; the same danger again does not."""
    climb = Climb(why="raised", level=of, case_level=of, started_at=FRIDAY_NIGHT, told=told(0), ended=ended)
    assert ask(climb, 1, case=replace(CASE, level=level)) == what


@pytest.mark.parametrize(
    ("climb", "what"),
    [
        (None, Begin(why="not-reached", level="urgent")),
        (replace(CLIMB, ended=True), Begin(why="not-reached", level="urgent")),
        (replace(CLIMB, level="concern"), Begin(why="not-reached", level="urgent")),
        (CLIMB, Hurry()),
        (replace(CLIMB, hurried_at=FRIDAY_NIGHT), Wait()),
        (replace(CLIMB, why="not-reached"), Wait()),
    ],
)
def test_a_safety_reply_that_did_not_arrive_alerts_at_once(climb: Climb | None, what: Next) -> None:
    """At any hour, as of an urgent case; a climb that goes on moves up, once for the several messages of one reply."""
    case = replace(CASE, level="concern", look_by=after(9_000))
    assert on_not_reached(case, climb, FRIDAY_NIGHT) == what


def test_a_ladder_is_refused_where_it_cannot_be_climbed() -> None:
    """Only the last rung repeats, and minutes are at least one."""
    with pytest.raises(ValueError, match="urgent: only the last rung"):
        Ladder(urgent=(EDT, DUTY))
    for minutes in ({"minutes": 0}, {"again_minutes": 0}):
        with pytest.raises(ValueError, match="duty: minutes and again_minutes"):
            Rung(tell="duty", **minutes)


@dataclass
class Life:
    """A case lived: ticks at whatever times, deliveries that fail, an acknowledgement, growth. What the shell keeps."""

    ladder: Ladder
    case: CaseFacts
    climbs: list[Climb] = field(default_factory=list)
    fired: list[tuple[int, int, datetime]] = field(default_factory=list)  # climb, place, when

    def tick(self, now: datetime) -> None:
        for _ in range(50):
            what = decide(self.case, self.climbs[-1] if self.climbs else None, self.ladder, CALENDAR, now)
            match what:
                case Wait():
                    return
                case Begin(why=why, level=level, promise_at=promise):
                    self.begin(why, level, promise, now)
                case Hurry(promise_at=promise):
                    self.change(hurried_at=now, promise_at=promise)
                case Nobody():
                    self.change(unreached=True)
                case Tell(place=place):
                    assert not self.climbs[-1].ended
                    self.fired.append((len(self.climbs) - 1, place, now))
                    self.change(told=(*self.climbs[-1].told, Told(at=now)))
        raise AssertionError("the ladder never came to rest")

    def begin(self, why: Why, level: Level, promise: datetime | None, now: datetime) -> None:
        new = Climb(why=why, level=level, case_level=self.case.level, started_at=now, promise_at=promise)
        self.climbs.append(new)

    def change(self, **values: object) -> None:
        self.climbs[-1] = replace(self.climbs[-1], **values)  # type: ignore[arg-type]

    def fail(self) -> None:
        if self.climbs and self.climbs[-1].told:
            *others, last = self.climbs[-1].told
            self.change(told=(*others, replace(last, failed=True)))

    def acknowledge(self) -> None:
        if self.climbs:
            self.change(ended=True)


ACTS = st.lists(
    st.tuples(st.sampled_from(["tick", "tick", "tick", "fail", "ack", "look", "grow", "lost"]), st.integers(0, 3_000)),
    max_size=40,
)


STARTS = st.builds(instant, st.dates(date(2026, 1, 1), date(2027, 12, 1)), st.times())


@given(st.sampled_from(["urgent", "concern", "routine"]), st.booleans(), ACTS, STARTS)
def test_any_life_of_a_case(level: Level, repeats: bool, acts: list[tuple[str, int]], start: datetime) -> None:
    """Whatever ticks, outages, failures, growth and acknowledgements come: in each climb every rung is told at most
    once and in order, none is passed over, the last alone repeats where the council says so, nothing is told after an
    acknowledgement until something new happens, and by the team's clock nobody is told in closed hours."""
    life = Life(LADDER if repeats else ONCE, CaseFacts(level=level, look_by=start + timedelta(hours=5)))
    now = start
    for act, minutes in acts:
        now += timedelta(minutes=minutes)
        match act:
            case "tick":
                life.tick(now)
                life.tick(now)  # a second clock at the same instant adds nothing
            case "fail":
                life.fail()
            case "ack":
                life.acknowledge()
            case "look":
                life.case = replace(life.case, looked=True)
            case "grow" if life.case.level != "urgent":
                life.case = replace(life.case, level="urgent", look_by=now + timedelta(minutes=15), looked=False)
            case "lost":
                what = on_not_reached(life.case, life.climbs[-1] if life.climbs else None, now)
                if isinstance(what, Begin):
                    life.begin(what.why, what.level, what.promise_at, now)
                elif isinstance(what, Hurry):
                    life.change(hurried_at=now, promise_at=what.promise_at)
    for number, climb in enumerate(life.climbs):
        rungs = life.ladder.rungs(climb.level)
        places = [place for n, place, _ in life.fired if n == number]
        assert places[: len(rungs)] == list(range(min(len(places), len(rungs))))
        assert set(places[len(rungs) :]) <= {len(rungs) - 1}
        assert len(places) <= len(rungs) or rungs[-1].again_minutes is not None
        if climb.level != "urgent":
            assert all(CALENDAR.is_open(at) for n, _, at in life.fired if n == number)
    assert all(before[0] <= behind[0] for before, behind in pairwise(life.fired))


@given(st.integers(0, 600), st.integers(1, 600))
def test_nothing_is_told_after_an_acknowledgement(acknowledged: int, later: int) -> None:
    """Whenever it comes: what was told stands, and time alone tells nobody more."""
    life = Life(LADDER, replace(CASE, looked=True))
    for minute in range(0, acknowledged + 1, 3):
        life.tick(after(minute))
    life.acknowledge()
    before = list(life.fired)
    for minute in range(acknowledged, acknowledged + later, 5):
        life.tick(after(minute))
    assert life.fired == before
