"""A merge as it is carried out: numbers, facts, rows, holds and plans of one record go to the other, and each value
that changes is kept with what stood there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from bot.casework.two_records import WENT_OUT
from bot.clock import local_date
from bot.live import Snapshot
from bot.people import changes, correcting, planning, telephoning
from bot.store import holding, keeping, merged, people, touches
from bot.store import merging as rows
from bot.store.addresses import Address
from bot.store.database import Tx
from bot.store.keeping import Enrolment
from bot.store.merged import Change, Value
from bot.store.merging import FACTS, Tie
from bot.store.people import Person
from scheduler import one_person
from scheduler.one_person import SAID, End, Number, Plan, Settled, Side


@dataclass(slots=True, kw_only=True)
class Effects:
    """What merging does, or would: rows moved by table, plans that end (title, whose or about whom, why), children that
    are one, and whether the other's household comes along."""

    moved: dict[str, int] = field(default_factory=dict)
    ends: list[tuple[str, str, str]] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)
    held: bool = False


@dataclass(slots=True, kw_only=True)
class Joining:
    """One merge under way, of a person and of the children that both records have. What changes is kept as it goes."""

    tx: Tx
    snapshot: Snapshot
    now: datetime
    pairs: Sequence[tuple[Person, Person]]
    effects: Effects = field(default_factory=Effects)
    merge_id: int = 0

    def begin(self, *, form_id: str, why: str, by_id: int) -> bool:
        """The merge itself, and one with it for each child that both have. False where another was quicker."""
        (kept, away), *children = self.pairs
        add = partial(merged.add, self.tx, why=why, by_id=by_id, at=self.now)
        made = add(form_id=form_id, kept_id=kept.id, away_id=away.id, with_id=None)
        if made is None:
            return False
        self.merge_id = made
        self._keep([Change(what="pair", name="person", row_id=one.id) for pair in self.pairs for one in pair])
        for one, other in children:
            add(form_id=f"{made}:{other.id}", kept_id=one.id, away_id=other.id, with_id=made)
            self.effects.children.append(one.name if one.first_name else other.name)
        return True

    def join(self, facts: Mapping[str, str]) -> None:
        kept, away = self.pairs[0]
        held = {one.id: holding.holds_of(self.tx, one.id) for one in (kept, away)}
        numbers = {one.id: _number(telephoning.number_of(self.tx, one.id)) for pair in self.pairs for one in pair}
        ids = [person.id for pair in self.pairs for person in pair]
        plans = rows.plans_of(self.tx, ids)
        for place, (one, other) in enumerate(self.pairs):
            self._ties(one, other)
            self._facts(one, other, facts if place == 0 else {})
            self._keep(rows.move_all(self.tx, away=other.id, kept=one.id))
            self._keep(rows.move_holds(self.tx, away=other.id, kept=one.id))
        self._homes(kept, away)
        for kind in sorted((held[kept.id] | held[away.id]) - holding.holds_of(self.tx, kept.id)):
            holding.put_hold(self.tx, [kept.id], kind, self.now)
            made = rows.standing_hold(self.tx, kept.id, kind)
            self._keep([] if made is None else [Change(what="put", name="hold", row_id=made)])
        self._plans(plans, numbers)
        if held[kept.id] != held[away.id] and holding.holds_of(self.tx, kept.id):
            self.effects.held = True
            self._take_back_held(kept)
        rows.renamed(self.tx, ids)

    def _keep(self, found: Sequence[Change]) -> None:
        merged.keep(self.tx, self.merge_id, found)
        for one in found:
            if one.what == "cell" and one.field == "person_id":
                name = one.name.partition(":")[0]
                self.effects.moved[name] = self.effects.moved.get(name, 0) + 1

    def _ties(self, kept: Person, away: Person) -> None:
        """Numbers go along. One that both have, or had one after the other with nobody between, is one time there."""
        ours = {tie.address_id: tie for tie in rows.ties(self.tx, [kept.id])}
        for tie in rows.ties(self.tx, [away.id]):
            mine = ours.get(tie.address_id)
            if mine is None:
                rows.move_tie(self.tx, tie, kept.id)
                self._keep([_of_tie("cell", tie, "person_id", away.id, kept.id)])
                continue
            apart = rows.others_at(self.tx, tie.address_id, [kept.id, away.id])
            new = joined(mine, tie, apart=apart)
            rows.take_out_tie(self.tx, tie)
            whole = [
                _of_tie("aside", tie, name, getattr(tie, name), None) for name in ("since", "released_at", "told_on")
            ]
            told = {name: value for name, value in new.items() if getattr(mine, name) != value}
            if told:
                rows.change_tie(self.tx, kept.id, tie.address_id, **told)
            cells = [_of_tie("cell", tie, name, getattr(mine, name), value) for name, value in told.items()]
            self._keep([*whole, *cells])

    def _facts(self, kept: Person, away: Person, chosen: Mapping[str, str]) -> None:
        mine, theirs = rows.record_of(self.tx, kept.id), rows.record_of(self.tx, away.id)
        values: dict[str, Value] = {
            name: theirs[name]
            for name in FACTS
            if theirs[name] is not None and (mine[name] is None or chosen.get(name) == "other")
        }
        values |= {name: mine[name] or theirs[name] for name in ("worrying", "deferred")}
        values["household_id"] = theirs["household_id"] if mine["household_id"] is None else mine["household_id"]
        for name, pick in (("died_on", min), ("born_corrected_on", max), ("created_at", max)):
            told = [value for value in (mine[name], theirs[name]) if value is not None]
            values[name] = pick(told) if told else None
        self._keep(rows.write_record(self.tx, kept.id, values))

    def _homes(self, kept: Person, away: Person) -> None:
        """The other record stays in its household, and counts there for nothing but what is restricted or held. Its
        children come along where no other grown-up of it is left."""
        home = people.person_by_id(self.tx, kept.id).household_id
        if away.household_id is None or home == away.household_id or away.child:
            return
        left = people.household_of(self.tx, away.household_id)
        if any(not member.child for member in left):
            return
        for child in left:
            self._keep(rows.write_record(self.tx, child.id, {"household_id": home}))
            self.effects.brought.append(child.name)

    def _take_back_held(self, kept: Person) -> None:
        """What was written and has not left, now that something holds them that did not hold both."""
        home = people.person_by_id(self.tx, kept.id).household_id
        members = [kept] if home is None else people.household_of(self.tx, home)
        for address_id in sorted({a.id for one in members for a in people.addresses_of(self.tx, one.id)}):
            for kind in sorted(holding.holds_of(self.tx, kept.id)):
                why = changes.TAKEN_BACK["review" if kind == "review" else "social-care"]
                changes.take_back(self.tx, address_id, None, why, self.now)

    def _plans(self, before: Sequence[Enrolment], numbers: Mapping[int, Number | None]) -> None:
        into = {other.id: one.id for one, other in self.pairs}
        sides: dict[int, Side] = {one.id: "kept" for one, _ in self.pairs}
        sides |= {other.id: "away" for _, other in self.pairs}
        after = {one.id: _number(telephoning.number_of(self.tx, one.id)) for one, _ in self.pairs}
        dead = people.dead(self.tx, [one.id for one, _ in self.pairs])
        queued = self._queued([one.id for one, _ in self.pairs])

        def read() -> list[Plan]:
            made = []
            for one in before:
                person = into.get(one.person_id, one.person_id)
                why = one_person.barred(numbers.get(one.person_id), after.get(person))
                made.append(self._plan(one, into, sides.get(one.person_id, "other"), why))
            return made

        settled = one_person.settle(read(), dead=dead)
        for one in before:
            if one.id in settled.ends:
                waiting = {touch.id for touch in touches.touches_of(self.tx, [one.id])}
                for address_id in queued:
                    changes.take_back(self.tx, address_id, waiting, settled.ends[one.id].why, self.now)
        plans = read()
        self._settle(before, plans, one_person.settle(plans, dead=dead), queued)

    def _queued(self, person_ids: Iterable[int]) -> list[int]:
        return sorted({tie.address_id for tie in rows.ties(self.tx, list(person_ids))})

    def _plan(self, one: Enrolment, into: Mapping[int, int], side: Side, why: str | None) -> Plan:
        programme = self.snapshot.compiled.programmes.get(one.programme)
        ledger = [(t.touch, t.occurrence, t.outcome) for t in touches.touches_of(self.tx, [one.id])]
        return Plan(
            id=one.id, side=side, person=into.get(one.person_id, one.person_id), programme=one.programme,
            child=into.get(one.child_id, one.child_id), event_on=one.event_on, told_on=one.told_on,
            going_on=one.state in keeping.GOING_ON,
            ended_for=one.ended_for,  # type: ignore[arg-type]  # the column holds only these words
            corrected_on=one.corrected_on,
            from_birth=programme is not None and programme.event_is == "birth-month",
            ended_by=frozenset(() if programme is None else programme.ended_by),
            said=frozenset((touch, n) for touch, n, outcome in ledger if outcome in WENT_OUT),
            settled=frozenset((touch, n) for touch, n, _ in ledger), number=why,
        )  # fmt: skip

    def _settle(
        self, before: Sequence[Enrolment], plans: Sequence[Plan], settled: Settled, numbers: Sequence[int]
    ) -> None:  # fmt: skip
        # what ends does so as it stands, before it is anybody else's: its dates are its own child's
        for one in before:
            if one.id in settled.ends:
                self._end(one, settled.ends[one.id], numbers)
        for one, plan in zip(before, plans, strict=True):
            if one.id in settled.stays:
                continue
            for name, was, now in (
                ("person_id", one.person_id, plan.person), ("child_id", one.child_id, plan.child)
            ):  # fmt: skip
                if was != now:
                    keeping.change_enrolment(self.tx, one.id, **{name: now})
                    cell = Change(what="cell", name="enrolment", row_id=one.id, field=name, was=was, now=now)
                    self._keep([cell])
        for enrolment_id in sorted(settled.again):
            self._again(keeping.enrolment_by_id(self.tx, enrolment_id))
        for enrolment_id, keys in sorted(settled.not_again.items()):
            self._said(enrolment_id, keys)
        for plan in plans:
            if settled.goes_on(plan):
                planning.plan_next(self.tx, self.snapshot, keeping.enrolment_by_id(self.tx, plan.id))

    def _end(self, one: Enrolment, end: End, numbers: Sequence[int]) -> None:
        was = Change(what="ended", name="enrolment", row_id=one.id, field=end.change, was=one.state, now=end.why)
        self._keep([was])
        if end.change is None:
            planning.end(self.tx, self.snapshot, one, end.why, self.now)
        else:
            if one.corrected_on is not None:
                self._keep([
                    Change(what="cell", name="enrolment", row_id=one.id, field="corrected_on", was=one.corrected_on,
                           now=local_date(self.now))
                ])  # fmt: skip
            changes.end_for(self.tx, self.snapshot, one, end.change, end.why, numbers, self.now)
        programme = self.snapshot.compiled.programmes.get(one.programme)
        about = people.person_by_id(self.tx, one.child_id).name if one.child_id else ""
        self.effects.ends.append((one.programme if programme is None else programme.title, about, end.why))

    def _again(self, one: Enrolment) -> None:
        kept = Change(
            what="again", name="enrolment", row_id=one.id, field=one.ended_for, was=one.state, now=one.corrected_on
        )
        self._keep([kept])
        if one.ended_for is not None:
            correcting.reopen(self.tx, self.snapshot, one.id, one.ended_for, self.now)  # type: ignore[arg-type]
        else:
            keeping.change_enrolment(self.tx, one.id, state="active")

    def _said(self, enrolment_id: int, keys: Collection[tuple[str, int]]) -> None:
        """The ledger of the plan that goes on says what the other's text has said."""
        for touch, occurrence in sorted(keys):
            touches.decide_touch(
                self.tx, enrolment_id=enrolment_id, touch=touch, occurrence=occurrence, due_at=self.now,
                decided_at=self.now, outcome="suppressed", reason=SAID,
            )  # fmt: skip
            self._keep([
                Change(what="said", name="enrolment", row_id=enrolment_id, field=touch[:32], was=occurrence)
            ])  # fmt: skip


def _of_tie(what: merged.What, tie: Tie, name: str, was: Value, now: Value) -> Change:
    """`row_id` is the number's: with the merge's own two people it names the row."""
    return Change(
        what=what, name=f"person_address:{tie.person_id}", row_id=tie.address_id, field=name, was=was, now=now
    )


def joined(mine: Tie, theirs: Tie, *, apart: bool) -> dict[str, Value]:
    """The one time at a number that two records of a person have there. `apart`: somebody else had it too, ever: then
    only times that touch are joined, else the newer stands, so that nothing said by another comes between."""
    touching = _before(mine.since, theirs.released_at) and _before(theirs.since, mine.released_at)
    newer = max(mine, theirs, key=lambda tie: (tie.released_at is None, tie.since))
    told = max((tie.told_on for tie in (mine, theirs) if tie.told_on is not None), default=None)
    ended = [tie.released_at for tie in (mine, theirs) if tie.released_at is not None]
    if apart and not touching:
        return {"since": newer.since, "released_at": newer.released_at, "told_on": newer.told_on}
    return {"since": min(mine.since, theirs.since), "released_at": max(ended) if len(ended) == 2 else None,
            "told_on": told}  # fmt: skip


def _before(at: datetime, end: datetime | None) -> bool:
    return end is None or at <= end


def _number(found: Address | None) -> Number | None:
    if found is None:
        return None
    return Number(
        id=found.id, consent=found.consent, safe=found.safe == "safe", read_by_others=found.read_by_others,
        safe_times=found.safe_times, paused_until=found.paused_until, every_days=found.every_days,
    )  # fmt: skip
