"""A case as a Word document: the council's headings, the family's words as theirs, others held back, blanks marked."""

import io
import json
import zipfile
from xml.etree import ElementTree as ET

from docx import Document
from docx.oxml.ns import qn
from flask import Flask

from bot.refs import new_ref
from bot.store import addresses, people
from tests.houses import ON_SQLITE, Home
from tests.web.raising import case_of
from tests.web.referring import ASSIGN, PASSED, TRIAGE, a_referral, step
from tests.web.standing import a_case
from tests.web.worker import Worker, at_desk

ANSWERS = {
    "going_well": "She reads to them", "worried": "My husband Tomasz drinks, ring Tomasz on 07700 900555",
    "would_help": "Someone to talk to", "score": 4, "about": "Ava 2021-03", "contact_how": "call",
    "safe_times": "before 3", "pets": "A dog",
}  # fmt: skip
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HELD = "[another person]"


def opened(worker: Worker, ref: str, which: str = "referral") -> "Read":
    answer = worker.get(f"/desk/cases/{ref}/documents/{which}")
    assert (answer.status_code, answer.mimetype) == (200, WORD)
    assert f'filename="{which}-{ref}.docx"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        for name in packed.namelist():
            if name.endswith((".xml", ".rels")):
                ET.fromstring(packed.read(name))
    return Read(answer.data)


class Read:
    """A document as somebody reads it: its headings, and all its words in order, cells among them."""

    def __init__(self, body: bytes) -> None:
        self.document = Document(io.BytesIO(body))
        self.headings = [p.text for p in self.document.paragraphs if p.style and p.style.name.startswith("Heading")]
        cells = [f"{row.cells[0].text}: {row.cells[1].text}" for t in self.document.tables for row in t.rows]
        self.words = "\n".join([*(p.text for p in self.document.paragraphs), *cells])


def a_family(home: Home, answers: dict[str, object], **values: object) -> str:
    """A referral of Ana's, who lives with Tomasz and a child; its reference."""
    ref = a_referral(home, answers=json.dumps(answers), shared_with="health", words=str(answers["worried"]), **values)
    with home.house.db.write() as tx:
        household = people.household(tx, "nowak", home.clock.at)
        ana = case_of(home, ref).person_id
        assert ana is not None
        people.change_person(tx, ana, household_id=household, last_name="Nowak")
        tom = people.add_person(tx, ref=new_ref(), now=home.clock.at, first_name="Tomasz", household_id=household)
        number = addresses.open_address(tx, "sms", "+447700900555", home.clock.at)
        people.link(tx, tom, number.id, home.clock.at)
        people.add_person(
            tx, ref=new_ref(), now=home.clock.at, first_name="Ava", born="2021-03", child=True, household_id=household
        )
    return ref


@ON_SQLITE
def test_a_referral_stands_under_the_heads_of_signs_of_safety_and_early_help(sam: Worker, home: Home) -> None:
    """Claim: the council's headings, the family's own words marked as theirs and unchanged, the pathway's facts, and
    what nobody told marked for the worker; the look and the document are audited, by whom and which."""
    ref = a_family(home, ANSWERS)
    for given in (TRIAGE, ASSIGN):
        assert step(sam, ref, given) == 303
    read = opened(sam, ref)
    assert read.headings[0] == f"Early help referral, {ref}"
    for heading in (
        "What are we worried about?", "What is working well?", "What needs to happen?", "Scaling, 0 to 10",
        "The child's development", "Parents and carers", "Family and environment",
    ):  # fmt: skip
        assert heading in read.headings
    paragraphs = [p.text for p in read.document.paragraphs]
    at = paragraphs.index("\u201cShe reads to them\u201d")
    assert paragraphs[at - 1] == "In the family's own words:"
    assert "The family says: 4" in read.words
    for told in (
        "First name: Ana", "Last name: Nowak", "Children whom we know: Ava, born March 2021", "Named lead: Ivy Grant",
        "Level: Level 2: a little more help, from one service", "Made by: Sam Okoro", "Made on: 23 November 2026",
        "May be shared with: Health (health visitor, GP, school nurse)", "How to reach them: Call them",
        "Postcode: [To be filled in]", "Pets: A dog", "Seen by a dentist: No",
    ):  # fmt: skip
        assert told in read.words, told
    assert "[To be filled in: The child's own wishes and feelings, in their words]" in read.words
    kept = [(action, detail) for action, target, detail in home.audited() if target == f"case:{ref}"]
    assert ("case.document", "referral") in kept
    assert "Larkmere Council" in (read.document.core_properties.author, read.words)


@ON_SQLITE
def test_another_persons_details_are_held_back(sam: Worker, home: Home) -> None:
    """Claim: the name and number of a grown-up of the household whom we know are taken out of the family's words and
    counted; the child stays; the front door, which must know who is at home, reads them."""
    ref = a_family(home, ANSWERS)
    read = opened(sam, ref)
    assert "Tomasz" not in read.words
    assert "900555" not in read.words
    assert f"My husband {HELD} drinks, ring {HELD} on {HELD}" in read.words
    assert read.words.count("Details of other people were taken out") == 1
    assert "Ava, born March 2021" in read.words
    there = opened(sam, ref, "front-door")
    assert "My husband Tomasz drinks" in there.words


@ON_SQLITE
def test_another_language_is_said_and_set_in_its_own_direction(sam: Worker, home: Home) -> None:
    """Claim: for a family that uses Arabic the document says so and that nothing was translated; their words stand from
    right to left, named as Arabic for a screen reader."""
    words = "ابني لا ينام في الليل وأنا متعبة جدا"
    ref = a_family(home, {"worried": words, "language": "ar"})
    read = opened(sam, ref)
    assert "Interpreter: Yes: they use Arabic. Their words stand as they wrote them, not translated." in read.words
    quote = next(p for p in read.document.paragraphs if words in p.text)
    assert quote._p.pPr is not None
    assert quote._p.pPr.find(qn("w:bidi")) is not None
    assert quote.runs[0].font.rtl is True
    assert quote.runs[0]._r.rPr.find(qn("w:lang")).get(qn("w:bidi")) == "ar"  # type: ignore[union-attr]


@ON_SQLITE
def test_the_front_doors_referral_is_filled_and_names_who_accepted_once_they_did(sam: Worker, home: Home) -> None:
    """Claim: it holds why it goes there and what raised it, leaves the rest marked, and once accepted names who took it
    and when; of an escalation both documents hold the words."""
    ref = a_family(home, ANSWERS)
    assert step(sam, ref, TRIAGE) == 303
    assert step(sam, ref, PASSED) == 303
    read = opened(sam, ref, "front-door")
    assert "\u201cA bruise that nobody explains; the mother knows\u201d" in read.words
    for told in ("Accepted by: [To be filled in]", "Full names and dates of birth: [To be filled in: Each child",
                 "Passed on: 23 November 2026"):  # fmt: skip
        assert told in read.words, told
    taken = {"step": "taken", "acceptor": "Ravi Lane", "accepted_on": "2026-11-23", "accepted_at": "11:00",
             "recorded_ref": "M-77", "recorded_by": "Sam Okoro"}  # fmt: skip
    assert step(sam, ref, taken) == 303
    read = opened(sam, ref, "front-door")
    for told in ("Accepted by: Ravi Lane", "Day: 23 November 2026", "Time: 11:00", "Their reference: M-77"):
        assert told in read.words, told
    other = a_case(home, "Bo", sender="+447700900002", level="urgent", reason="danger", words="he has a knife")
    read = opened(sam, other, "front-door")
    assert "\u201che has a knife\u201d" in read.words
    assert "Raised because: Their words show danger" in read.words
    assert "How grave: Urgent" in read.words
    assert "\u201che has a knife\u201d" in opened(sam, other).words
    assert sam.get(f"/desk/cases/{other}/documents/passport").status_code == 404
    assert sam.get("/desk/cases/ZZZZZZZZ/documents/front-door").status_code == 404


@ON_SQLITE
def test_a_professionals_words_are_said_to_be_theirs(sam: Worker, home: Home) -> None:
    """Claim: what a professional wrote is never told as the family's, and none of it is lost."""
    answers = {"referred_by": "Dr Lee", "what_they_say": "Missed two appointments"}
    ref = a_referral(
        home, answers=json.dumps(answers), how="professional", reason="referral-professional",
        words="Missed two appointments", speaker="worker",
    )  # fmt: skip
    read = opened(sam, ref)
    assert "In the words of the professional who referred:" in read.words
    assert "In the family's own words:" not in read.words
    assert "What they say: Missed two appointments" in read.words
    assert "Referred by: Dr Lee" in read.words


@ON_SQLITE
def test_the_case_page_offers_the_documents_to_who_may_make_them(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: a case's page links both documents and the row; a role without the permission is refused them by address
    too."""
    ref = a_referral(home)
    page = sam.get(f"/desk/cases/{ref}").text
    for address in ("documents/referral", "documents/front-door", "case-system.csv"):
        assert f'href="/desk/cases/{ref}/{address}"' in page
    support = at_desk(app, home, "business-support")
    for address in ("documents/front-door", "case-system.csv"):
        assert support.get(f"/desk/cases/{ref}/{address}").status_code == 403
