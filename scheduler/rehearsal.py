"""A year rehearsed: the ledger that would be, for any people, with no database and no clock.

It steps from one `next_at` to the next, as the live clock does, and asks the same functions: `planned`, `decide`,
`follow_up`. What a rule cannot know is told to it: what families write and when (`Wrote`), what else becomes of them
(`Became`), when the service stood still, and what the conversation makes of their words (`Hear`).

One round is one tick: first what workers told, then what came in, then every enrolment that is due, in the order of
`turn_in_line`, then every check-in that waits for an answer and is due to be looked at. All is over once nothing more
falls due.
"""

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from scheduler.confirmed import confirmed_on
from scheduler.decide import ContactRules, Missed, Send, Telephone, TouchFacts, Wait, decide_in_turn, not_confirmed
from scheduler.follow_up import Close, Remind, SentTouch, follow_up
from scheduler.localtime import Span, local_date
from scheduler.merge import IN_ONE_TEXT, Candidate, one_text_for, said_together
from scheduler.rehearsed import Answers, Happening, Hear, Line, Person, Placed, Raised, Wrote, Year
from scheduler.rehearsed_plans import Enrolled, Number, Plans, Someone
from scheduler.spread import turn_in_line

STILL_OPEN = timedelta(days=14)  # a question that a newer one displaced may be answered for so long


def rehearse(
    people: Iterable[Person],
    placed: Sequence[Placed],
    rules: ContactRules,
    until: datetime,
    *,
    hear: Hear,
    answers: Answers | None = None,
    happenings: Iterable[Happening] = (),
    outages: Sequence[Span] = (),
) -> Year:
    """Live from the first placing until (not including) this instant. The same input gives the same year.

    In an outage nothing is decided and nothing heard: what came is taken in when it ends, in order. ValueError for a
    placing or a happening of a person who is not among the people.
    """
    stage = _Stage(people, placed, rules, hear=hear, answers=answers, outages=outages)
    for happening in happenings:
        stage.expect(happening)
    return stage.live(until)


class _Stage:
    """What is so at this moment. `_due` is a heap of (instant, kind, id): stale entries are passed over."""

    def __init__(
        self, people: Iterable[Person], placed: Sequence[Placed], rules: ContactRules, *,
        hear: Hear, answers: Answers | None, outages: Sequence[Span],
    ) -> None:  # fmt: skip
        numbers: dict[str | None, Number] = defaultdict(Number)
        self._people: dict[str, Someone] = {}
        for person in people:
            number = numbers[person.number] if person.number else Number()
            number.safe = number.safe and person.safe_to_text  # of several who share a telephone, a no stands for all
            self._people[person.ref] = Someone(person=person, number=number)
        self._rules, self._hear, self._answers = rules, hear, answers
        self._outages = sorted(outages)
        self._plans = Plans(rules.hours.calendar)
        self._asked: list[Line] = []  # those that were sent, each in a text of its own
        self._in_hour: Counter[datetime] = Counter()
        self._happenings: list[Happening] = []
        self._raised: list[Raised] = []
        self._coming: list[tuple[datetime, int]] = []
        self._silent: list[tuple[datetime, int]] = []
        self._steps = 0
        # Those of one instant in the order told.
        self._told = deque(sorted(((one, self._someone(one.person)) for one in placed), key=lambda told: told[0].at))

    def _someone(self, ref: str) -> Someone:
        if ref not in self._people:
            msg = f"there is no person {ref}"
            raise ValueError(msg)
        return self._people[ref]

    def expect(self, happening: Happening) -> None:
        self._someone(happening.person)
        self._happenings.append(happening)
        heapq.heappush(self._coming, (happening.at, len(self._happenings) - 1))

    def live(self, until: datetime) -> Year:
        now: datetime | None = None
        while (
            heads := [heap[0][0] for heap in (self._coming, self._plans.due, self._silent) if heap] + self._tells_at()
        ):
            now = self._awake(min(heads) if now is None else max(now, min(heads)))
            if now >= until:
                break
            self._round(now)
        plans = self._plans
        return Year(
            ledger=plans.ledger, raised=self._raised, waiting=Counter(plans.waiting(until)), steps=self._steps,
            enrolled=len(plans), refused=plans.refused,
        )  # fmt: skip

    def _tells_at(self) -> list[datetime]:
        return [self._told[0][0].at] if self._told else []

    def _awake(self, at: datetime) -> datetime:
        for start, end in self._outages:
            if start <= at < end:
                at = end
        return at

    def _round(self, now: datetime) -> None:
        told = []
        while self._told and self._told[0][0].at <= now:
            told.append(self._told.popleft())
        if told:
            self._plans.tell(told, now)
        for number in _taken(self._coming, now):
            self._happen(self._happenings[number], now)
        plans = self._plans
        due = {number for number in _taken(plans.due, now) if plans.is_due(number, now)}
        for number in sorted(due, key=lambda number: turn_in_line(plans[number].left[-1], number)):
            if plans.is_due(number, now):  # not meanwhile said with a brother's or sister's
                self._steps += 1
                self._decide(plans[number], now)
        for number in _taken(self._silent, now):
            line = self._asked[number]
            if line.outcome == "sent" and line.next_at is not None and line.next_at <= now:
                self._steps += 1
                self._follow_up(number, line, now)

    def _happen(self, happening: Happening, now: datetime) -> None:
        who = self._people[happening.person]
        if isinstance(happening, Wrote):
            self._wrote(who, happening.words, now)
            return
        if happening.social_care_open is not None:
            who.social_care_open = happening.social_care_open
        if happening.safe_to_text is not None:
            who.number.safe = happening.safe_to_text
        if happening.undelivered and who.number.asked and who.number.asked[-1].outcome == "sent":
            line = who.number.asked[-1]
            told = follow_up(
                SentTouch(sent_at=line.decided_at, delivery="undelivered"), self._facts(who, now), self._rules, now
            )
            assert isinstance(told, Close)
            self._close(line, told, now)

    def _wrote(self, who: Someone, words: str, now: datetime) -> None:
        """It answers the check-in that they were last asked; an older one only while that may still be answered."""
        waiting = [line for line in who.number.asked if line.answered_at is None and line.outcome != "undelivered"]
        line = waiting[-1] if waiting else None
        if line is not None and line is not who.number.asked[-1] and now - line.decided_at > STILL_OPEN:
            line = None
        heard = self._hear(None if line is None else line.flow, words, who.score, now)
        who.number.wrote_at = now
        if heard.score is not None:
            who.score = heard.score
        if heard.consent is not None:
            who.number.consent = heard.consent
        if heard.wish is not None:
            who.number.wish(heard.wish)
        programme = None if line is None else line.programme
        self._raised += [Raised(at=now, level=level, programme=programme) for level in heard.raised]
        if line is not None and heard.closed is not None:
            line.answered_at, line.next_at = now, None
            line.end("answered", heard.closed)

    def _facts(self, who: Someone, now: datetime, enrolled: Enrolled | None = None) -> TouchFacts:
        placed_on = local_date(now) if enrolled is None else enrolled.placed.plan.enrolled_on
        if who.person.number is None:
            return TouchFacts(enrolled_on=placed_on, has_number=False)
        told_on = who.told_on or placed_on
        wrote_on = None if who.number.wrote_at is None else local_date(who.number.wrote_at)
        return TouchFacts(
            enrolled_on=placed_on, confirmed_on=confirmed_on(told_on, wrote_on), consent=who.number.consent,
            safe_to_text=who.number.safe, safe_windows=who.person.safe_windows, social_care_open=who.social_care_open,
            paused_until=who.number.paused_until, family_wrote_at=who.number.wrote_at,
            last_check_in_at=who.number.sent_at, fewer=who.number.every_days is not None,
            waited_for=None if enrolled is None else enrolled.waited_for,
            waited_until=None if enrolled is None else enrolled.next_at,
        )  # fmt: skip

    def _decide(self, enrolled: Enrolled, now: datetime) -> None:
        plans, touch = self._plans, enrolled.left[-1]
        facts = self._facts(enrolled.who, now, enrolled)
        rules = self._rules.at_their_pace(enrolled.who.number.every_days)
        decision, slot = decide_in_turn(touch, facts, rules, now, self._in_hour.__getitem__)
        if isinstance(decision, Telephone):
            plans.telephone(enrolled, decision.reason, now)
        elif enrolled.to_telephone is not None and not_confirmed(facts, now) is None:
            plans.called(enrolled, now)
        if isinstance(decision, Wait | Telephone):
            plans.wait(enrolled, decision.until, decision.reason)
            return
        if not isinstance(decision, Send):
            plans.decided(enrolled, now, "missed" if isinstance(decision, Missed) else "suppressed", decision.reason)
            return
        joined = self._joined(enrolled, now)
        also = one_text_for(len(joined) + 1) if joined else ""
        line = plans.decided(enrolled, now, "sent", decision.reason + also)
        for other in joined:
            said = plans.decided(plans[other.enrolment], now, "sent", f"{IN_ONE_TEXT} {decision.reason}")
            said.said_by = line
            line.joined.append(said)
        if slot is not None:
            self._in_hour[slot.starts] += 1
        self._sent(line, enrolled.who, now)

    def _joined(self, enrolled: Enrolled, now: datetime) -> Sequence[Candidate]:
        """The touches of brothers and sisters that this text says too."""
        if enrolled.placed.child is None:
            return ()
        theirs = [self._plans[number] for number in enrolled.who.enrolled]
        others = [_candidate(other) for other in theirs if other.left and other.to_telephone is None]
        rules = self._rules
        return said_together(_candidate(enrolled), others, local_date(now), rules.merge_days, rules.school_holidays)

    def _sent(self, line: Line, who: Someone, now: datetime) -> None:
        who.number.sent_at = now
        who.number.asked.append(line)
        self._asked.append(line)
        # Looked at next as if nothing were known against it: what is, is asked then.
        told = follow_up(_as_sent(line), TouchFacts(enrolled_on=local_date(now), consent="given"), self._rules, now)
        self._look_again(len(self._asked) - 1, line, told.until if isinstance(told, Wait) else now)
        self._expect_answers(line, now)

    def _follow_up(self, number: int, line: Line, now: datetime) -> None:
        who = self._people[line.person]
        told = follow_up(_as_sent(line), self._facts(who, now), self._rules, now)
        if isinstance(told, Close):
            self._close(line, told, now)
        elif isinstance(told, Remind):
            line.reminded_at = now
            self._look_again(number, line, now)
            self._expect_answers(line, now)
        elif isinstance(told, Wait):
            self._look_again(number, line, told.until)

    def _close(self, line: Line, told: Close, now: datetime) -> None:
        line.next_at, line.listed_at = None, now if told.listed else None
        line.end(told.outcome, told.reason)

    def _look_again(self, number: int, line: Line, at: datetime) -> None:
        line.next_at = at
        heapq.heappush(self._silent, (at, number))

    def _expect_answers(self, line: Line, now: datetime) -> None:
        if self._answers is not None:
            for wrote in self._answers(line, now):
                self.expect(wrote)


def _candidate(enrolled: Enrolled) -> Candidate:
    """Of one person; a child is 0 where the touch is about none, and has a number of its own otherwise."""
    about = enrolled.placed.about
    child = 0 if about is None else enrolled.who.children.index(about) + 1
    return Candidate(enrolment=enrolled.number, person=0, child=child, touch=enrolled.left[-1])


def _taken(heap: list[tuple[datetime, int]], now: datetime) -> list[int]:
    """Everything that is due by now, in order; what is put in meanwhile waits for the next round."""
    taken = []
    while heap and heap[0][0] <= now:
        taken.append(heapq.heappop(heap)[1])
    return taken


def _as_sent(line: Line) -> SentTouch:
    assert line.planned is not None
    touch = line.planned.touch
    return SentTouch(
        sent_at=line.decided_at, remind_after=touch.remind_after, give_up_after=touch.give_up_after,
        on_no_reply=touch.on_no_reply, reminded_at=line.reminded_at,
    )  # fmt: skip
