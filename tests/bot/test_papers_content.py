"""The headings of documents and the case system's mapping: what is wrong in them is told with file, line and key."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.casework.case_sheet import as_date, harmless
from bot.content import Content, ContentFaults, Notes, compile_bundle, compile_content, read_content
from bot.content.case_system import CODED, DAYS, read_case_system, read_case_system_file
from bot.content.documents import read_document
from bot.content.papers import FIELDS, PAPERS, read_papers
from bot.settings import ROOT

SHIPPED = ROOT / "content" / "documents"
VALUES = ("council", "service", "phone", "hours", "out_of_hours_phone", "privacy_url")


def faults_of(name: str, text: str, tmp_path: Path) -> list[str]:
    """What is told of a file of this name with this text, among the shipped ones."""
    notes = Notes()
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, "utf-8")
    files = {f"documents/{name}.yaml": read_document(path, f"documents/{name}.yaml", notes)}
    read_papers(files, notes, VALUES)
    read_case_system(files, notes)
    return [str(fault) for fault in notes.faults]


def test_what_is_shipped_is_read_and_every_document_is_shipped() -> None:
    """Claim: no fault, and the early help referral has the questions of Signs of Safety and of the assessment."""
    notes = Notes()
    papers = read_papers({}, notes, VALUES)
    assert read_case_system({}, notes) is not None
    assert notes.faults == []
    assert set(papers) == set(PAPERS)
    headings = [section.heading for part in papers["referral"].parts for section in part.sections]
    assert {"What are we worried about?", "What is working well?", "What needs to happen?"} <= set(headings)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("show: worried}", "show: worries}", "show: no field 'worries'; did you mean worried?"),
        ("show: postcode}", "shows: postcode}", "shows: unknown key"),
        ("title: Early help referral", "titel: Early help referral", "titel: unknown key 'titel'; did you mean title?"),
        ("Made for {council}", "Made for {councillor}", "note: no setting of the council gives the value {councillor}"),
        ("{label: Postcode, show: postcode}", "{show: postcode}", "label: a fact has a label"),
        ("{show: worried}", '{show: worried, write: "Words"}', "one of `show` and `write`"),
        ("rows: 3", "rows: 300", "rows: 1 to 20 empty rows"),
        ("heading: Parents and carers", 'heading: " "', "heading: a heading is words"),
    ],
)
def test_a_broken_heading_is_told_with_file_line_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    """Claim: each fault names the file, the line on which it stands, the key and what is wrong."""
    text = (SHIPPED / "referral.yaml").read_text("utf-8")
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    faults = faults_of("referral", text.replace(old, new, 1), tmp_path)
    assert any(told in fault for fault in faults), faults
    places = {fault.partition(": ")[0] for fault in faults if told in fault}
    assert places & {f"documents/referral.yaml:{at}" for at in (line - 1, line)}, (line, faults)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  worried: Worries", "  worries: Worries", "worries: no field 'worries'; did you mean worried"),
        ("  reference: External reference\n", "", "columns: reference is missing"),
        ("  lead: Lead professional", "  lead: Surname", "lead: 'Surname' is filled twice"),
        ("dates: dd/mm/yyyy", "dates: dd/mm/yy", "dates: "),
        ("dates: dd/mm/yyyy", "dates: yyyy-mm", "dates: 'yyyy-mm': a day has dd, mm or mmm, and yyyy"),
        ("  kind: {referral: SELF", "  worried: {referral: SELF", "worried holds no code"),
        ("  kind: {referral: SELF", "  passed-why: {referral: SELF", "passed-why fills no column"),
        ("Source: Self-referral", 'Source: "=Self-referral', "Source: .*takes what begins so for a formula"),
        ("  Source: Self", '  "+Source": Self', "takes what begins so for a formula"),
        ("encoding: utf-8-bom", "encoding: utf-16", "encoding: "),
        ("title: Example", "titel: Example", "titel: unknown key"),
    ],
)  # fmt: skip
def test_a_broken_mapping_is_told_with_file_line_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    """Claim: no mapping that cannot be meant is taken, published or named beside a command."""
    text = (SHIPPED / "case-system.yaml").read_text("utf-8")
    assert old in text
    broken = text.replace(old, new, 1)
    if new.startswith('Source: "'):
        broken = broken.replace("web chat\n", 'web chat"\n', 1)
    faults = faults_of("case-system", broken, tmp_path)
    found = [fault for fault in faults if re.search(told, fault)]
    assert found, faults
    assert all(re.match(r"documents/case-system\.yaml:\d+: ", fault) for fault in found)
    beside = tmp_path / "beside.yaml"
    beside.write_text(broken, "utf-8")
    with pytest.raises(ContentFaults, match=r"beside\.yaml:\d+: "):
        read_case_system_file(beside)


def test_a_mapping_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Claim: a file that is missing, no text, too long or no YAML is refused by its name."""
    long, binary, list_ = tmp_path / "long.yaml", tmp_path / "binary.yaml", tmp_path / "list.yaml"
    long.write_text("# " + "x" * 70_000)
    binary.write_bytes(b"\xff\xfe\x00")
    list_.write_text("- one\n")
    for path in (tmp_path / "none.yaml", long, binary, list_):
        with pytest.raises(ContentFaults, match=path.name):
            read_case_system_file(path)


def test_a_document_of_another_name_is_refused(tmp_path: Path) -> None:
    """Claim: a file that nothing would ever make is told, not passed over."""
    shutil.copy(SHIPPED / "referral.yaml", tmp_path / "refferal.yaml")
    assert any("no document of that name is made" in fault for fault in faults_of("refferal", "title: x\n", tmp_path))


def test_the_docs_list_every_field_with_what_it_holds() -> None:
    """Claim: docs/documents.md has each field a document or mapping may name, and no other."""
    page = (ROOT / "docs" / "documents.md").read_text()
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| (day|code|) ?\|$", page, re.MULTILINE)
    listed = {name: kind for name, kind in rows if name in FIELDS}
    assert listed == {name: "day" if name in DAYS else "code" if name in CODED else "" for name in FIELDS}


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("dd/mm/yyyy", "05/02/2027"),
        ("dd-mmm-yyyy", "05-Feb-2027"),
        ("yyyymmdd", "20270205"),
        ("yyyy-mm-dd", "2027-02-05"),
    ],
)
def test_a_day_is_written_as_the_mapping_says(form: str, written: str) -> None:
    assert as_date(date(2027, 2, 5), form) == written


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r\n=", " \n+", "\uff1d", "\uff20"])
def test_no_cell_is_a_formula(start: str) -> None:
    """Claim: whatever begins as a formula begins with an apostrophe, on one line."""
    cell = harmless(f'{start}HYPERLINK("x")\nsecond')
    assert cell.startswith("'")
    assert "\n" not in cell
    assert harmless("He said: 2+2=4") == "He said: 2+2=4"


def test_live_content_from_before_has_the_shipped_documents_and_what_a_release_refuses_takes_nothing_down() -> None:
    """Claim: a bundle without documents, or with one that this release would refuse, is served with the shipped ones;
    a folder with such a file is refused."""
    files = dict(read_content(ROOT / "content").files)
    without = {name: raw for name, raw in files.items() if not name.startswith("documents/")}
    broken = {**files, "documents/referral.yaml": {"title": "Ours", "parts": [{"head": "x"}]}}
    for bundle in (without, broken):
        compiled = compile_bundle(Content(bundle))
        assert compiled.papers["referral"].title == "Early help referral"
        assert "reference" in compiled.case_system.columns
    with pytest.raises(ContentFaults, match=r"documents/referral\.yaml"):
        compile_content(Content(broken))
    ours = {**files, "documents/referral.yaml": {"title": "Ours", "parts": [{"heading": "One"}]}}
    assert compile_bundle(Content(ours)).papers["referral"].title == "Ours"
