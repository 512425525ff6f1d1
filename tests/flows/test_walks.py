"""Whatever a family writes, in whatever order: walks over the shipped flows that never raise and keep every promise.

2,200 walks of up to 14 steps each time: 1,000 that check every step, and 240 before each promise of the last step.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flows.effects import AddToCase, CloseTouch, Effect, MakeReferral, RaiseEscalation, RecordScore, Say, SetConsent
from flows.events import CheckInDue, CheckInReminded, Event, MessageReceived, StaffReplied, TimerFired
from flows.session import Session
from flows.step import step
from flows.understanding.types import Screening
from tests.flows.practice import NOW, Family, assets, facts, of

COMMANDS = ["STOP", "START", "yes", "HELP", "MENU", "BACK", "HUMAN", "LANGUAGE", "STATUS", "WHEN", "LESS", "PAUSE",
            "MY DATA", "wrong number", "please stop texting me", "just call me", "refer"]  # fmt: skip
ANSWERS = ["1", "2", "3", "0", "10", "7", "no", "yeh", "skip", "more", "the last one", "Ava March 2021", "SW18 2PU",
           "07700 900123", "Sam", "no i meant SW17", "Polski", "any time", "6 or 7", "2, he has a knife"]  # fmt: skip
NEEDS = ["no food here", "my 4 yr old is not talking much, SW18 2PU", "he hits me", "he has a knife hes outside",
         "he reads my phone and has a knife", "a unicorn", "we have no heating", "cheers", "ok", "👍", "?", "",
         "blah blah blah blah"]  # fmt: skip
# A word that opens each flow that has one; the others are opened by these, by a check-in or by news.
OPENERS = [flow.keywords[0] for _, flow in sorted(assets().flows.items()) if flow.keywords]
NEWS = ["we moved house", "i had a baby", "my baby died"]
WORDS = st.sampled_from(COMMANDS + ANSWERS + NEEDS + OPENERS + NEWS) | st.text(max_size=40).map(
    lambda t: t.replace("\x00", "")
)
MESSAGES = WORDS.map(lambda text: MessageReceived(text=text, screening=assets().lexicon.screen([text])))
CHECK_INS = [CheckInDue(flow=name, touch=3) for name, flow in sorted(assets().flows.items()) if flow.check_in]
HAPPENINGS = st.one_of(
    MESSAGES, MESSAGES, MESSAGES, MESSAGES, st.sampled_from(CHECK_INS),
    st.sampled_from([CheckInDue(flow="check-in", touch=1), CheckInDue(flow="check-in", touch=2),
                     CheckInReminded(touch=1), StaffReplied(staff="Ann")]),
    st.sampled_from(["unfinished", "expire", "wait", "parked"]),
)  # fmt: skip
MINUTES = st.sampled_from([0, 1, 20, 45, 600, 2000, 30000])
FACTS = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["sms", "web"]),
        "consent": st.sampled_from(["unasked", "given", "stopped"]),
        "worker_talking": st.booleans(),
        "first_contact": st.booleans(),
        "open_now": st.booleans(),
        "last_score": st.none() | st.integers(0, 10),
        "open_case": st.sampled_from([None, "routine", "urgent"]),
        "known_postcode": st.sampled_from([None, "SW18 2PU"]),
    }
)
STEPS = st.lists(st.tuples(HAPPENINGS, MINUTES), max_size=14)
WALKS = settings(max_examples=240, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MANY_WALKS = settings(WALKS, max_examples=1000)
KNIFE = Screening(risk="urgent", because=("knife",))


def walk(known: dict[str, object], steps: list[tuple[object, int]]) -> Family:
    """Take the steps, checking at each what must hold of every step."""
    family = Family(Session.new(), facts(**known))
    for happening, minutes in steps:
        family.passes(minutes=minutes)
        event = happening
        if isinstance(happening, str):
            event = TimerFired(name=happening, step_no=family.session.timers.get(happening, 0))
        check(family, event)  # type: ignore[arg-type]
    return family


def check(family: Family, event: Event) -> tuple[Effect, ...]:
    before = Session.from_json(family.session.to_json())
    again = step(assets(), before, event, family.known)
    effects = family.happens(event)
    assert again.effects == effects
    assert again.session == family.session
    assert family.session.step_no == before.step_no + 1
    assert Session.from_json(family.session.to_json()) == family.session
    assert len(family.session.to_json()) < 4000
    for say in of(effects, Say):
        wording = assets().wording
        assert wording.has(say.text), say.text
        words = wording.render(say.text, say.values)
        assert "{" not in words.replace("{", "", 0) or "{" in str(say.values), words
    if isinstance(event, MessageReceived):
        stopped = family.known.consent == "stopped" and family.known.channel == "sms"
        restored = any(consent.given for consent in of(effects, SetConsent))
        if stopped and not restored:
            assert {say.purpose for say in of(effects, Say)} <= {"safety", "stop-receipt"}
        if event.screening.risk != "none" and not of(effects, SetConsent):
            assert isinstance(effects[0], Say)
            assert effects[0].purpose == "safety"
            assert of(effects, RaiseEscalation)[0].reason == "danger"
    return effects


@MANY_WALKS
@given(FACTS, STEPS)
def test_any_walk_keeps_the_promises_of_every_step(known, steps) -> None:  # type: ignore[no-untyped-def]
    """Claim: nothing raises; the same input gives the same output; each session survives its JSON; each text said
    exists; after STOP only what the table allows is said; danger is answered first and raised."""
    walk(known, steps)


@WALKS
@given(FACTS, STEPS)
def test_stop_works_from_every_state(known, steps) -> None:  # type: ignore[no-untyped-def]
    """Claim: wherever the talk stands, STOP ends consent and leaves no question of ours open."""
    family = walk(known, steps)
    effects = check(family, MessageReceived(text="STOP", screening=Screening()))
    assert of(effects, SetConsent) == [SetConsent(kind="text", given=False, wording="stop-receipt")]
    assert {say.text for say in of(effects, Say)} <= {"stop-receipt"}
    assert family.session.stack == ()
    assert family.session.open == ()


@WALKS
@given(FACTS, STEPS)
def test_menu_works_from_every_state(known, steps) -> None:  # type: ignore[no-untyped-def]
    """Claim: wherever the talk stands, MENU shows the choices and nothing else is asked, unless they stopped our texts;
    what was left half told still goes to the team."""
    family = walk(known | {"consent": "given"}, steps)
    left = family.session.left
    effects = check(family, MessageReceived(text="MENU", screening=Screening()))
    assert [say.text for say in of(effects, Say)][-1:] == ["menu.choose"]
    assert {say.text for say in of(effects, Say)} <= {"menu.choose", "first-contact", "first-contact.web"}
    assert [frame.flow for frame in family.session.stack] == ["menu"]
    assert family.session.left == left


@WALKS
@given(FACTS, STEPS)
def test_danger_from_every_state_is_raised_and_eats_no_answer(known, steps) -> None:  # type: ignore[no-untyped-def]
    """Claim: beside the alarm the conversation goes exactly as it would have gone without the danger in the words."""
    family = walk(known | {"consent": "given", "worker_talking": False}, steps)
    top = family.session.top
    ask = assets().flows[top.flow].ask(top.node) if top else None
    assume(ask is None or ask.kind != "text" or ask.story)
    calm = Family(family.session, family.known)
    text = "2"
    calmly = check(calm, MessageReceived(text=text, screening=Screening()))
    effects = check(family, MessageReceived(text=text, screening=KNIFE))
    assert of(effects, RaiseEscalation)[0].reason == "danger"
    if calm.session.trail != () and calm.session.repairs == 0:
        # A check-in takes the answer and asks nothing after an alarm: its flow says so itself.
        ended = family.session.stack == () and top is not None and assets().flows[top.flow].check_in
        assert ended or family.session.stack == calm.session.stack
        for kept in (RecordScore, CloseTouch, SetConsent):
            assert of(effects, kept) == of(calmly, kept)
        # A second alarm in a row leaves its own mark: what comes next is put again rather than taken for an answer.
        marks = {name: talk.session.answers.get("broken_off") for name, talk in (("calm", calm), ("alarm", family))}
        assert marks["alarm"] in {marks["calm"], "yes"}
        told = [{n: v for n, v in t.session.answers.items() if n != "broken_off"} for t in (calm, family)]
        assert told[0] == told[1]


@WALKS
@given(FACTS, STEPS)
def test_what_was_told_of_a_family_reaches_the_team(known, steps) -> None:  # type: ignore[no-untyped-def]
    """Claim: while a referral is open its timer stands; when it fires, a referral is made."""
    family = walk(known, steps)
    if family.session.left is None:
        assert "unfinished" not in family.session.timers
        return
    family.passes(days=4)
    fired = check(family, TimerFired(name="unfinished", step_no=family.session.timers["unfinished"]))
    assert [referral.kind for referral in of(fired, MakeReferral)] == ["unfinished"]


@WALKS
@given(st.integers(0, 10), st.none() | st.integers(0, 10), st.sampled_from(["", ", thanks", " we have no heating"]))
def test_every_score_is_recorded_and_weighed(score, last, rest) -> None:  # type: ignore[no-untyped-def]
    """Claim: at or under 4, a fall of 3 or more and words of need raise; anything else does not."""
    family = Family.new(last_score=last)
    family.happens(CheckInDue(flow="check-in", touch=1))
    effects = family.texts(f"{score}{rest}")
    assert of(effects, RecordScore) == [RecordScore(score=score, touch=1)]
    fell = last is not None and last - score >= 3
    reasons = {case.reason for case in of(effects, RaiseEscalation)}
    assert ("low-score" in reasons) == (score <= 4)
    assert ("score-fall" in reasons) == (fell and score > 4)
    assert ("words-of-need" in reasons) == ("heating" in rest)


@WALKS
@given(FACTS, STEPS, WORDS)
def test_nothing_written_is_lost_on_a_worker(known, steps, text) -> None:  # type: ignore[no-untyped-def]
    """Claim: while a worker talks, words that are no command and no STOP go to the case."""
    family = walk(known, steps)
    family.known = replace(family.known, worker_talking=True, consent="given", now=NOW + timedelta(days=90))
    effects = check(family, MessageReceived(text=text, screening=Screening()))
    silent = not of(effects, Say)
    assert of(effects, AddToCase) == ([AddToCase(words=text)] if silent and not of(effects, SetConsent) else [])
