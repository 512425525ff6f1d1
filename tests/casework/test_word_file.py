"""The Word file itself: real headings, a marked table head, language and title, right-to-left words, and no maker."""

import io
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.casework.word_file import WordFile, runs_right_to_left

AT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
ARABIC = "ابني لا ينام"


def a_file() -> WordFile:
    return WordFile(title="Early help referral, ABCD2345", author="Larkmere Council", made_at=AT)


def parts(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def test_it_opens_with_headings_a_marked_table_head_a_language_and_a_title() -> None:
    """Claim: opened anew, headings are Word's own and skip no level, each table's first row is marked as its head, and
    the file has the title, the council as author and British English throughout."""
    made = a_file()
    made.heading("Signs of Safety", level=2)
    made.heading("What are we worried about?", level=3)
    made.quoted("In the family's own words:", "He does not sleep")
    made.facts(("What we ask", "What is known"), [("Postcode", "SW18 2PU", False), ("Address", "In full", True)])
    made.empty_rows(["What", "Who", "When"], 2)
    opened = Document(io.BytesIO(made.bytes()))
    assert [(p.style.name, p.text) for p in opened.paragraphs if p.style and p.style.name.startswith("Heading")] == [
        ("Heading 1", "Early help referral, ABCD2345"), ("Heading 2", "Signs of Safety"),
        ("Heading 3", "What are we worried about?"),
    ]  # fmt: skip
    for table in opened.tables:
        heads = [row._tr.find(qn("w:trPr")) is not None for row in table.rows]
        assert heads == [True] + [False] * (len(table.rows) - 1)
        assert table.rows[0]._tr.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
    assert [cell.text for cell in opened.tables[0].rows[2].cells] == ["Address", "[To be filled in: In full]"]
    core = opened.core_properties
    assert (core.title, core.author, core.last_modified_by) == (
        "Early help referral, ABCD2345", "Larkmere Council", "Larkmere Council",
    )  # fmt: skip
    assert (core.language, core.comments, core.created) == ("en-GB", "", AT)
    languages = {lang.get(qn("w:val")) for lang in opened.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}


def test_each_part_is_well_formed_and_tells_of_nobody_but_the_council() -> None:
    """Claim: every XML part parses, no relation leads to a part that is not there, and neither the library, its
    template's picture nor anybody else is named."""
    held = parts(a_file().bytes())
    for name, body in held.items():
        if name.endswith((".xml", ".rels")):
            ET.fromstring(body)
    for name in [name for name in held if name.endswith(".rels")]:
        folder = name.partition("_rels/")[0]
        for relation in ET.fromstring(held[name]):
            if relation.get("TargetMode") != "External":
                target = str(relation.get("Target"))
                assert (target.lstrip("/") if target.startswith("/") else folder + target) in held, target
    assert not [name for name in held if "thumbnail" in name or "app.xml" in name or "customXml" in name]
    whole = b"".join(held.values())
    for word in (b"python-docx", b"Microsoft Macintosh", b"Steve", b"scanny"):
        assert word not in whole
    core = held["docProps/core.xml"].decode()
    assert core.count("Larkmere Council") == 2


def test_right_to_left_words_are_set_right_to_left() -> None:
    """Claim: an Arabic quotation has w:bidi on its paragraph before what must follow it, w:rtl on its run and its own
    language; an English one has none of them."""
    made = a_file()
    made.quoted("In the family's own words:", f"{ARABIC}\nHe cries", language="ar")
    opened = Document(io.BytesIO(made.bytes()))
    arabic, english = [p for p in opened.paragraphs if p.style and p.style.name == "Quote"]
    assert ARABIC in arabic.text
    properties = arabic._p.pPr
    assert properties is not None
    assert properties.find(qn("w:bidi")) is not None
    assert arabic.runs[0].font.rtl is True
    spoken = arabic.runs[0]._r.rPr.find(qn("w:lang"))  # type: ignore[union-attr]
    assert spoken.get(qn("w:bidi")) == "ar"
    assert english.runs[0].font.rtl is None
    assert english._p.pPr.find(qn("w:bidi")) is None  # type: ignore[union-attr]


def test_direction_is_that_of_the_first_letter_that_has_one() -> None:
    """Claim: digits, signs and emoji decide nothing."""
    assert runs_right_to_left(f"2. 😀 {ARABIC} Ali")
    assert not runs_right_to_left(f"Ali: {ARABIC}")
    assert not runs_right_to_left("07700 900123")


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
def test_whatever_a_family_wrote_makes_a_file_that_opens(words: str) -> None:
    """Claim: control characters, lone surrogates and noncharacters, which XML cannot hold, break no document."""
    made = a_file()
    made.quoted("In the family's own words:", words)
    made.labelled("Label", words)
    made.facts(("a", "b"), [("x", words, False)])
    for name, body in parts(made.bytes()).items():
        if name.endswith(".xml"):
            ET.fromstring(body)
