"""Raising cases from a turn: one open escalation a person, and referrals with their own answers."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.refs import new_ref
from bot.store import casework as rows
from bot.store import people, scores
from bot.store.addresses import Address
from bot.store.casework import RANK, Case
from bot.store.database import Tx
from bot.store.people import Person
from flows.effects import Level, MakeReferral, RaiseEscalation
from flows.law import answer_by

if TYPE_CHECKING:
    from bot.live import Snapshot
    from bot.turn.context import Turn

SHARES = ("health", "school", "voluntary")
SMALL = {"picture", "stuck", "wrote", "not-reached"}  # what the case is about is better told by what came after
# Each a case of its own, by what it is about, and by the code of what they want.
REQUESTS = {"my-data": "data", "my-data-see": "data", "my-data-erase": "data", "complaint": "complaint"}
WORDS_KEPT = 20_000  # characters of one case's words; the messages themselves are all kept


def raise_escalation(turn: "Turn", effect: RaiseEscalation) -> Case:
    """The person's open escalation updated, or a new one. A level only ever rises here; a promise never moves later."""
    if effect.reason in REQUESTS:
        return _request(turn, effect)
    person = turn.person
    case_id = _raise(
        turn.tx, effect, turn.open_cases, address_id=turn.address.id, person_id=None if person is None else person.id,
        look_by=turn.facts.look_by[effect.level], told=effect.words, now=turn.now,
    )  # fmt: skip
    return _renew(turn, case_id)


def _request(turn: "Turn", effect: RaiseEscalation) -> Case:
    """A wish about their data, or a complaint: a case of its own, never lost among the words of another.

    What they say more of it goes to the same case, which keeps the day that it began with.
    """
    about = REQUESTS[effect.reason]
    standing = next((c for c in turn.open_cases if REQUESTS.get(c.reason) == about), None)
    if standing is None:
        due_on = answer_by(turn.facts.today) if about == "data" else None
        case_id = _open(
            turn.tx, effect, address_id=turn.address.id, person_id=None if turn.person is None else turn.person.id,
            look_by=turn.facts.look_by[effect.level], told=effect.words, now=turn.now, kind="request", due_on=due_on,
        )  # fmt: skip
    else:
        case_id = standing.id
        said = standing.words.splitlines()
        words = standing.words if effect.words in said else "\n".join([*said, effect.words])
        rows.change_case(
            turn.tx, case_id, words=words[-WORDS_KEPT:],
            reason=standing.reason if effect.reason == "my-data" else effect.reason,  # what they chose before stands
            waiting_since=standing.waiting_since or turn.now,
        )  # fmt: skip
        _note(turn.tx, case_id, "updated", effect, effect.words, turn.now)
    return _renew(turn, case_id)


def raise_for(
    tx: Tx, snapshot: "Snapshot", *, person: Person, level: Level, reason: str, because: Sequence[str], now: datetime
) -> str:
    """A case about a person that no text of theirs raised: their open one, or a new one. Returns its reference."""
    rules = snapshot.rules
    numbers = people.addresses_of(tx, person.id)
    own = next((a.id for a in numbers if len(people.people_at(tx, a.id)) == 1), None)
    case_id = _raise(
        tx, RaiseEscalation(level=level, reason=reason, words="", because=tuple(because)),
        rows.open_cases_of(tx, address_id=own, person_ids=[person.id]), address_id=own, person_id=person.id,
        look_by=rules.calendar.look_by(level, now, rules.promises), told="; ".join(because), now=now,
    )  # fmt: skip
    return rows.case_by_id(tx, case_id).ref


def raise_unread(
    tx: Tx, *, address_id: int | None, words: str, now: datetime, level: Level = "concern", reason: str = "unread"
) -> int:
    """What our own fault kept us from reading or doing: a person looks now, since it may hold danger."""
    effect = RaiseEscalation(level=level, reason=reason, words=words)
    return _open(tx, effect, address_id=address_id, person_id=None, look_by=now, told=words, now=now)


def _raise(
    tx: Tx, effect: RaiseEscalation, open_cases: Sequence[Case], *, address_id: int | None, person_id: int | None,
    look_by: datetime, told: str, now: datetime,
) -> int:  # fmt: skip
    """The escalation among these cases, updated, or a new one. `told` is what its history says of this."""
    standing = next((c for c in open_cases if c.kind == "escalation"), None)
    if standing is None:
        return _open(tx, effect, address_id=address_id, person_id=person_id, look_by=look_by, told=told, now=now)
    grew = RANK[effect.level] < standing.rank
    because = json.loads(standing.because)
    because += [word for word in effect.because if word not in because]
    said = standing.words.splitlines()
    words = standing.words if not effect.words or effect.words in said else "\n".join([*said, effect.words])
    values: dict[str, Any] = {
        "words": words[-WORDS_KEPT:],
        "because": json.dumps(because, ensure_ascii=False),
        "waiting_since": standing.waiting_since or now,
        "look_by": _promise(standing, look_by, grew=grew),
        "speaker": standing.speaker or effect.speaker,
    }
    if grew:
        # A graver level is a new promise: a look at what it was before does not keep it.
        values |= {"level": effect.level, "rank": RANK[effect.level], "reason": effect.reason, "looked_at": None}
    elif effect.level == standing.level and standing.reason in SMALL:
        values["reason"] = effect.reason
    rows.change_case(tx, standing.id, **values)
    _note(tx, standing.id, "grew" if grew else "updated", effect, told, now)
    return standing.id


def _promise(standing: Case, look_by: datetime, *, grew: bool) -> datetime:
    """Before anybody looked, the sooner promise stands; after, only a graver level makes a new one."""
    if standing.looked_at is None:
        return min(standing.look_by, look_by)
    return look_by if grew else standing.look_by


def _open(
    tx: Tx, effect: RaiseEscalation, *, address_id: int | None, person_id: int | None, look_by: datetime, told: str,
    now: datetime, kind: str = "escalation", due_on: date | None = None,
) -> int:  # fmt: skip
    case_id = rows.add_case(
        tx, ref=new_ref(), kind=kind, due_on=due_on, level=effect.level, rank=RANK[effect.level], reason=effect.reason,
        address_id=address_id, person_id=person_id, words=effect.words,
        because=json.dumps(effect.because, ensure_ascii=False), speaker=effect.speaker, opened_at=now,
        look_by=look_by, waiting_since=now,
    )  # fmt: skip
    _note(tx, case_id, "opened", effect, told, now)
    return case_id


def _note(tx: Tx, case_id: int, kind: str, effect: RaiseEscalation, told: str, now: datetime) -> None:
    detail = f"{effect.level}: {effect.reason}"
    rows.add_case_event(tx, case_id=case_id, at=now, kind=kind, body=told, detail=detail)


def _renew(turn: "Turn", case_id: int) -> Case:
    case = rows.case_by_id(turn.tx, case_id)
    turn.open_cases = [case, *(c for c in turn.open_cases if c.id != case_id)]
    return case


def make_referral(turn: "Turn", effect: MakeReferral) -> Case:
    """A self-referral reaches the desk with its own reference. Shared only with those they said yes to."""
    answers = dict(effect.answers)
    shared = [kind for kind in SHARES if answers.get(f"share_{kind}") == "yes"]
    person_id = _referrer(turn, answers)
    words = str(answers.get("worried") or answers.get("would_help") or "")
    case_id = rows.add_case(
        turn.tx, ref=effect.ref, kind="referral", level="routine", rank=RANK["routine"],
        reason=f"referral-{effect.kind}", address_id=turn.address.id, person_id=person_id, words=words, because="[]",
        opened_at=turn.now, look_by=turn.facts.look_by["routine"], waiting_since=turn.now,
    )  # fmt: skip
    rows.add_referral(
        turn.tx, case_id=case_id, how=effect.kind, answers=json.dumps(answers, ensure_ascii=False, default=str),
        shared_with=",".join(shared),
    )  # fmt: skip
    rows.add_case_event(turn.tx, case_id=case_id, at=turn.now, kind="opened", detail=f"self-referral: {effect.kind}")
    return _renew(turn, case_id)


def _referrer(turn: "Turn", answers: Mapping[str, object]) -> int | None:
    """The person a referral belongs to: who is known at this address, or somebody new with the name they gave.

    A name alone never opens a record that stands: a new number that claims to be somebody learns nothing.
    """
    if turn.person is not None:
        return turn.person.id
    name = answers.get("first_name")
    if not isinstance(name, str) or not name.strip() or turn.people:
        return None
    postcode = answers.get("postcode")
    person_id = people.add_person(
        turn.tx, ref=new_ref(), now=turn.now, first_name=name.strip(), language=turn.language,
        postcode=postcode if isinstance(postcode, str) else None,
    )  # fmt: skip
    people.link(turn.tx, person_id, turn.address.id, turn.now)
    scores.own_scores(turn.tx, turn.address.id, person_id)
    for case in turn.open_cases:  # raised before they gave a name
        if case.person_id is None and case.address_id == turn.address.id:
            rows.change_case(turn.tx, case.id, person_id=person_id)
    return person_id


def part_from_address(turn: "Turn") -> None:
    """The number is not theirs: their open cases keep their people and words, and are answered another way."""
    for case in turn.open_cases:
        if case.address_id != turn.address.id:
            continue
        part_case(turn.tx, case.id, turn.address, turn.now)
    turn.open_cases = []


def part_case(tx: Tx, case_id: int, address: Address, at: datetime) -> None:
    """A case loses a number that was said to be the wrong one at that instant. Whose it was then, where the case names
    nobody, is known by this note alone: `bot.store.restricting` reads when it was."""
    told = f"They said that {address.value} is not their number. Texts from it no longer come here."
    rows.change_case(tx, case_id, address_id=None, not_reached=True)
    rows.add_case_event(tx, case_id=case_id, at=at, kind="note", body=told)


def family_wrote(turn: "Turn", words: str) -> None:
    """Their words go to the open case, which shows that somebody waits. With none open, one is raised."""
    if not turn.open_cases:
        raise_escalation(turn, RaiseEscalation(level="routine", reason="wrote", words=words))
        return
    case = _talking(turn.open_cases)
    rows.change_case(turn.tx, case.id, waiting_since=case.waiting_since or turn.now)
    rows.add_case_event(turn.tx, case_id=case.id, at=turn.now, kind="wrote", body=words)


def _talking(open_cases: Sequence[Case]) -> Case:
    """The case a worker is talking in, or the gravest."""
    return next((case for case in open_cases if case.state == "claimed"), open_cases[0])
