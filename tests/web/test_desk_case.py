"""Working a case at the desk: claim, reply, note, hand back, close; two workers at once, forms too late and twice."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape

import pytest

from bot.casework import work
from bot.refs import new_ref
from bot.settings import ROOT
from bot.store import addresses, casework, people, scores
from bot.store.database import Tx
from bot.turn.receipts import take_receipt
from bot.web.desk.words import REASONS
from flows.flow import EscalateNode
from messages.channel import Receipt
from tests.houses import ON_SQLITE, Home
from tests.web.raising import KNIFE, case_of, events, raised, replies
from tests.web.worker import Worker


@ON_SQLITE
def test_a_case_says_why_it_was_raised_and_how_to_reach_them(sam: Worker, home: Home) -> None:
    """Claim: level, reason, the words that decided, the family's words, the promise and a number to ring are there."""
    page = sam.get(f"/desk/cases/{raised(home)}").text
    assert page.count("<h1") == 1
    assert ">Urgent</strong>" in page
    assert "Their words show danger" in page
    assert re.search(r"Words that decided: <q[^>]*>[^<]*knife", page)
    assert KNIFE in page
    assert 'href="tel:+447700900321">07700 900321</a>' in page
    assert "11:15am on Monday 23 November" in page
    assert "Not known yet" in page


def test_opening_a_case_is_a_look_and_is_audited(sam: Worker, home: Home) -> None:
    """Claim: the first look is kept once, each opening is audited, and nothing that does not exist is."""
    ref = raised(home)
    sam.get(f"/desk/cases/{ref}")
    sam.get(f"/desk/cases/{ref}")
    assert events(home, ref).count("looked") == 1
    assert [row[:2] for row in home.audited()].count(("case.view", f"case:{ref}")) == 2
    assert sam.get(f"/desk/cases/{new_ref()}").status_code == 404
    assert sam.get("/desk/cases/nonsense").status_code == 404


def test_a_case_is_claimed_answered_and_closed(sam: Worker, home: Home) -> None:
    """Claim: the whole working of a case, each act shown, sent once and audited."""
    ref = raised(home)
    assert sam.act(ref, "claim").headers["Location"] == f"/desk/cases/{ref}?done=claimed"
    assert "You have claimed this case" in sam.get(f"/desk/cases/{ref}?done=claimed").text
    answer = sam.act(ref, "reply", words="Are you safe now? I can ring you.")
    assert answer.status_code == 303
    assert home.send() == 1
    page = sam.get(f"/desk/cases/{ref}").text
    assert "Sam Okoro replied" in page
    assert "Are you safe now? I can ring you." in page
    assert sam.act(ref, "note", words="Rang the police, ref 12.").status_code == 303
    closed = sam.act(ref, "close", outcome="emergency-services", words="Police are with her.")
    assert closed.status_code == 303
    assert (case_of(home, ref).state, case_of(home, ref).outcome) == ("closed", "emergency-services")
    page = sam.get(f"/desk/cases/{ref}").text
    assert "Emergency services called" in page
    assert f'action="/desk/cases/{ref}/reply"' not in page
    acts = [action for action, target, _ in home.audited() if target == f"case:{ref}" and action != "case.view"]
    assert acts == ["case.claimed", "case.replied", "case.note", "case.closed"]
    assert replies(home) == ["Are you safe now? I can ring you."]


def test_of_two_who_claim_the_second_is_told_who_was_first(sam: Worker, mina: Worker, home: Home) -> None:
    """Claim: both open the page, both press Claim: one has the case, the other gets 409 and a name."""
    ref = raised(home)
    sam.get(f"/desk/cases/{ref}")
    action = f"/desk/cases/{ref}/claim"
    first, second = sam.fields(f"/desk/cases/{ref}", action), mina.fields(f"/desk/cases/{ref}", action)
    assert mina.client.post(action, data=second).status_code == 303
    late = sam.client.post(action, data=first)
    assert late.status_code == 409
    assert "Mina Shah claimed this case" in unescape(late.text)
    assert "<title>Error: " in late.text
    assert events(home, ref).count("claimed") == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("claim", {}),
        ("note", {"words": "Left a voicemail."}),
        ("close", {"outcome": "advice-given", "words": "Told her of the clinic."}),
    ],
)
def test_any_form_posted_twice_is_done_once(sam: Worker, home: Home, act: str, given: dict[str, str]) -> None:
    """Claim: claim, note and close sent twice change the case once and never show a fault."""
    ref = raised(home)
    sam.get(f"/desk/cases/{ref}")
    action = f"/desk/cases/{ref}/{act}"
    form = {**sam.fields(f"/desk/cases/{ref}", action), **given}
    assert [sam.client.post(action, data=form).status_code for _ in range(2)] == [303, 303]
    assert len([kind for kind in events(home, ref) if kind in {"claimed", "note", "closed"}]) == 1


@ON_SQLITE
def test_handing_back_twice_is_done_once(sam: Worker, home: Home) -> None:
    """Claim: a case handed back is nobody's, and a second press changes nothing."""
    ref = raised(home)
    sam.act(ref, "claim")
    action = f"/desk/cases/{ref}/hand-back"
    form = sam.fields(f"/desk/cases/{ref}", action)
    assert [sam.client.post(action, data=form).status_code for _ in range(2)] == [303, 303]
    assert (case_of(home, ref).state, events(home, ref).count("handed-back")) == ("open", 1)


@ON_SQLITE
@pytest.mark.parametrize(
    ("act", "given", "told"),
    [
        ("reply", {"words": " \u200b "}, "Write the reply first."),
        ("reply", {"words": "x" * 1601}, "A reply holds at most 1600 characters"),
        ("note", {"words": ""}, "Write the note first."),
        ("close", {"outcome": "", "words": "done"}, "Choose an outcome."),
        ("close", {"outcome": "made-up", "words": "done"}, "Choose an outcome."),
        ("close", {"outcome": "advice-given", "words": ""}, "Say in a sentence what was done"),
    ],
)
def test_a_form_that_lacks_something_says_what(
    sam: Worker, home: Home, act: str, given: dict[str, str], told: str
) -> None:
    """Claim: 400, the fault in words and linked to its field, what was written kept, nothing done."""
    ref = raised(home)
    sam.act(ref, "claim")
    before = case_of(home, ref).version
    answer = sam.act(ref, act, **given)
    assert answer.status_code == 400
    assert told in answer.text
    target = re.search(r'error-summary__list">\s*<li><a href="#([^"]+)"', answer.text)
    assert target is not None
    assert f'id="{target[1]}"' in answer.text
    assert given["words"].strip("\u200b ") in answer.text
    assert case_of(home, ref).version == before


@ON_SQLITE
def test_markup_in_a_family_s_words_stays_words(sam: Worker, home: Home) -> None:
    """Claim: on every page that shows them, a family's words are text and never part of the page."""
    nasty = "<script>alert('x')</script> he has a knife \"><img src=x onerror=alert(1)>"
    ref = raised(home, nasty)
    sam.act(ref, "claim")
    sam.act(ref, "note", words=nasty)
    sam.act(ref, "reply", words=nasty)
    with home.house.db.write() as tx:
        person_id = people.add_person(tx, ref=new_ref(), now=home.clock.at, first_name=nasty, postcode=nasty)
        people.link(tx, person_id, home.address().id, home.clock.at)
        casework.change_case(tx, case_of(home, ref).id, person_id=person_id)
        addresses.change_address(tx, home.address().id, safe_times=nasty)
        person = people.person_by_id(tx, person_id)
    for address in (f"/desk/cases/{ref}", "/desk", f"/desk/people/{person.ref}", "/desk/ledger", "/desk/audit"):
        page = sam.get(address).text
        assert "<script>alert" not in page, address
        assert "<img" not in page, address
    assert "&lt;script&gt;alert" in sam.get("/desk").text


@ON_SQLITE
def test_every_reason_that_can_be_raised_has_words(home: Home) -> None:
    """Claim: no case shows staff a bare code: those of flows, engine and shell are known."""
    flows = home.house.live.of(home.house.db).assets.flows
    raised = {node.reason for flow in flows.values() for node in flow.nodes.values() if isinstance(node, EscalateNode)}
    code = "".join(path.read_text() for room in ("flows", "bot") for path in (ROOT / room).rglob("*.py"))
    raised |= set(re.findall(r'RaiseEscalation\([^)]*?reason="([a-z-]+)"', code))
    raised |= set(re.findall(r'(?:_to_desk|reach_desk)\((?:run, [^"]*)?"([a-z-]+)"', code))
    raised |= {f"referral-{how}" for how in ("full", "call-me", "unfinished")}
    assert len(raised) > 12
    assert raised <= REASONS.keys()


@ON_SQLITE
def test_what_became_of_a_message_is_said_in_words(sam: Worker, home: Home) -> None:
    """Claim: a safety reply that did not arrive marks the case "telephone", in the inbox and on its page."""
    ref = raised(home)
    row = home.out()[0]
    take_receipt(
        home.house,
        Receipt(outbox=row.id, sid=row.provider_sid or "", word="undelivered", code="30005", event="undelivered"),
    )
    page = sam.get(f"/desk/cases/{ref}").text
    assert "Not reached: a message to them did not arrive. Telephone." in page
    assert "Did not arrive</strong>" in page
    assert "Not reached: telephone" in sam.get("/desk").text


def test_a_case_that_grows_is_to_be_looked_at_again(sam: Worker, home: Home) -> None:
    """Claim: a look at a small worry does not keep the promise that danger makes: late until somebody looks anew."""
    with home.house.db.write() as tx:
        address = addresses.open_address(tx, "sms", "+447700900321", home.clock.at)
        casework.add_case(
            tx, ref=(ref := new_ref()), kind="escalation", level="routine", rank=2, reason="wrote",
            address_id=address.id, words="hello", because="[]", opened_at=home.clock.at,
            look_by=home.clock.at + timedelta(hours=8),
        )  # fmt: skip
    sam.get(f"/desk/cases/{ref}")
    home.text(KNIFE)
    home.later(minutes=20)
    page = sam.get("/desk").text
    assert (case_of(home, ref).level, case_of(home, ref).looked_at) == ("urgent", None)
    assert "Late: somebody should have looked by 11:15am" in page
    sam.get(f"/desk/cases/{ref}")
    assert "Late" not in sam.get("/desk").text
    assert events(home, ref).count("looked") == 2


@ON_SQLITE
def test_a_referral_is_laid_out_by_signs_of_safety(sam: Worker, home: Home) -> None:
    """Claim: each heading holds its answer, sharing is said as it was answered, and refusing keeps it in the team."""
    home.text("hello")
    answers = {
        "going_well": "He loves his nursery", "worried": "He does not talk", "would_help": "Someone to look",
        "score": 6, "about": "Leo 2022-05; <b>Mia</b>", "first_name": "Ana", "postcode": "SW18 2PU",
        "phone": "+447700900555", "language": "<i>Klingon</i>", "share_school": "no", "shoe_size": "nine",
    }  # fmt: skip
    with home.house.db.write() as tx:
        refs = [referral(tx, home, {**answers, "share_health": share}) for share in ("no", "yes")]
    kept, shared = (sam.get(f"/desk/cases/{ref}").text for ref in refs)
    flat = re.sub(r"\s+", " ", shared)
    for heading, answer in (
        ("What is working well", "He loves his nursery"),
        ("What they are worried about", "He does not talk"),
        ("What would help", "Someone to look"),
        ("How things are, 0 to 10 (10 is good)", "6"),
    ):
        assert re.search(re.escape(heading) + r"</h3> <p[^>]*>" + re.escape(answer), flat), heading
    assert "May be shared with: Health" in shared
    assert "Voluntary and community groups: not asked, so not shared" in flat
    assert "Not to be shared: stays with the team" in kept
    assert "Leo born May 2022; &lt;b&gt;Mia" in shared
    assert "nine" in shared
    assert "07700 900555" in shared
    assert "<i>Klingon" not in shared
    assert "Klingon" in shared


def referral(tx: Tx, home: Home, answers: Mapping[str, object]) -> str:
    """A self-referral on the desk, as a finished flow leaves it; its reference."""
    ref, now = new_ref(), home.clock.at
    case_id = casework.add_case(
        tx, ref=ref, kind="referral", level="routine", rank=2, reason="referral-full", address_id=home.address().id,
        person_id=None, words=str(answers["worried"]), because="[]", opened_at=now, look_by=now, waiting_since=now,
    )  # fmt: skip
    shared = ",".join(kind for kind in ("health", "school", "voluntary") if answers.get(f"share_{kind}") == "yes")
    casework.add_referral(tx, case_id=case_id, how="full", answers=json.dumps(answers), shared_with=shared)
    return ref


@ON_SQLITE
def test_scores_are_a_line_and_a_table(sam: Worker, home: Home) -> None:
    """Claim: two scores or more make a line with no style inline; the same numbers stand in a table."""
    ref = raised(home)
    with home.house.db.write() as tx:
        for days, value in enumerate((8, 5, 3)):
            at = home.clock.at.replace(day=20 + days)
            scores.add_score(tx, address_id=home.address().id, person_id=None, touch_id=None, value=value, at=at)
    page = sam.get(f"/desk/cases/{ref}").text
    assert re.search(r'<path class="scores__line" d="M[\d. L]+"', page)
    assert "How things are, from 8 to 3 out of 10" in page
    assert page.count('govuk-table__cell--numeric">') == 3
    assert " style=" not in page


def test_a_change_and_its_audit_are_one_transaction(home: Home, sam: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: where the audit cannot be written, the act is undone: nothing is done unseen."""
    ref = raised(home)
    sam.act(ref, "claim")
    before, version = events(home, ref), case_of(home, ref).version

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("the audit is full")

    action = f"/desk/cases/{ref}/reply"
    form = sam.fields(f"/desk/cases/{ref}", action)
    monkeypatch.setattr(work.staff, "add_audit", broken)
    assert sam.client.post(action, data={**form, "words": "Hello"}).status_code == 500
    assert sam.get(f"/desk/cases/{ref}").status_code == 500
    monkeypatch.undo()
    assert (events(home, ref), case_of(home, ref).version, replies(home)) == (before, version, [])
