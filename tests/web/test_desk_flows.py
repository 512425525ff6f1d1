"""The conversations on the desk: drawn, in words, and tried, published or as a draft."""

import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.app import build
from bot.casework.permissions import ROLES
from bot.cli.simulate import play
from bot.content import Notes, compile_content, read_content, read_document
from bot.publishing import drafts, trying
from bot.settings import ROOT
from bot.simulating import START
from bot.talking import Talk, real_assets
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home, make_home
from tests.web.worker import Worker, at_desk, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

pytestmark = ON_SQLITE
TALK = "/desk/flows/talk"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder of the author's own."""
    return Path(
        shutil.copytree(ROOT / "content", tmp_path / "content", ignore=shutil.ignore_patterns("examples", "samples"))
    )


@pytest.fixture
def home(migrated_url: str, folder: Path) -> Iterator[Home]:
    made = make_home(migrated_url, content_dir=folder)
    yield made
    made.house.db.close()


@pytest.fixture
def app(home: Home) -> Flask:
    return build(home.house.settings, house=home.house)


@pytest.fixture
def edi(app: Flask, home: Home) -> Worker:
    return at_desk(app, home, "editor")


def change(folder: Path, flow: str, old: str, new: str) -> None:
    path = folder / "flows" / f"{flow}.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def said(edi: Worker, flow: str, lines: list[str], **given: str) -> str:
    """The page after this form was sent."""
    fields = edi.fields(f"{TALK}?flow={flow}", "/desk/flows/journey")
    form = {**fields, "of": "published", "lines": "\n".join(lines), **given}
    return unescape(edi.client.post(TALK, data=form).text)


def test_every_flow_is_listed_and_drawn(edi: Worker, home: Home) -> None:
    """Claim: the list leads to each flow; its page holds the picture and the same in words."""
    listed = edi.get("/desk/flows").text
    for name, flow in home.house.live.of(home.house.db).compiled.flows.items():
        assert f"/desk/flows/drawn?flow={name}" in listed
        page = edi.get(f"/desk/flows/drawn?flow={name}").text
        assert f'<title id="{name}-title">' in page
        assert page.count('<li class="desk-outline__stop"') == len(flow.nodes) - 1


def test_a_draft_is_shown_and_what_it_changes_is_marked(edi: Worker, folder: Path) -> None:
    """Claim: the folder's own words, changed since publishing; the published stay as they are until then."""
    change(folder, "human", "Thank you. We'll be in touch.", "Thank you. We will ring you.")
    assert "We will ring you." not in edi.get("/desk/flows/drawn?flow=human").text
    assert "We will ring you." in edi.get("/desk/flows/drawn?flow=human&of=draft").text
    assert edi.get("/desk/flows").text.count("Changed") == 0
    assert edi.get("/desk/flows?of=draft").text.count("Changed") == 1


def test_a_broken_draft_says_what_is_wrong_with_it(edi: Worker, folder: Path) -> None:
    """Claim: file, line and fault as lint tells them, and what is published is still there to look at."""
    change(folder, "menu", "go: to-human", "go: to-humn")
    for page in ("/desk/flows?of=draft", "/desk/flows/drawn?of=draft", f"{TALK}?of=draft"):
        answer = edi.get(page)
        assert answer.status_code == 200
        assert "flows/menu.yaml:" in answer.text
        assert "did you mean to-human?" in answer.text
    assert edi.get("/desk/flows/drawn?flow=menu").status_code == 200


def test_a_flow_is_tried_with_what_it_does_beside_it(edi: Worker, home: Home) -> None:
    """Claim: what the family reads, and what the desk would get; nothing is sent, no case and no address is made."""
    before = len(home.audited())
    page = said(edi, "human", [], words="he has a knife")
    assert "Call 999" in page or "call 999" in page
    assert "raise urgent" in page
    assert "raise routine asked-for-person" in page  # by HUMAN, which opened it
    assert home.cases() == []
    assert home.pigeon.carried == []
    assert "knife" not in str(home.audited())
    assert ("flows.try", "flow:human", "published") in home.audited()[before:]


def test_a_line_that_is_tried_costs_one_row_and_no_reading(edi: Worker, home: Home, folder: Path) -> None:
    """Claim: each line leaves one row of the audit, that somebody tries this flow; to look leaves its own; the draft is
    read again only when a file of it has changed."""
    before = len(home.audited())
    said(edi, "human", [], words="hello", of="draft")
    assert home.audited()[before:] == [("flows.try", "flow:human", "published"), ("flows.try", "flow:human", "draft")]
    edi.get("/desk/flows/drawn?flow=human&of=draft")
    assert home.audited()[before + 2 :] == [("flows.view", "content:draft", "human")]
    one = drafts.open_content(home.house, "draft").compiled
    assert drafts.open_content(home.house, "draft").compiled is one
    change(folder, "human", "Thank you. We'll be in touch.", "Thank you. We will ring you.")
    assert drafts.open_content(home.house, "draft").compiled is not one


def test_time_passes_by_a_button_and_a_line_can_be_taken_back(edi: Worker) -> None:
    """Claim: what no family types has a button; taking back leaves the conversation as it was before."""
    page = said(edi, "refer", ["they are happy"], happens="/wait 1 week")
    assert "refer unfinished: going_well=they are happy" in page
    back = said(edi, "refer", ["they are happy", "/wait 1 week"], back="yes")
    assert "refer unfinished" not in back
    assert "they are happy" in back


def test_what_is_no_line_is_said_beside_the_field(edi: Worker) -> None:
    """Claim: an unknown slash is refused with what there is, and the conversation stays."""
    page = said(edi, "menu", ["1"], words="/dance")
    assert "a line is a text, or /wait 2 days" in page
    assert "What would help?" in page
    assert "<title>Error:" in page


def test_a_draft_is_tried_before_it_is_live(edi: Worker, folder: Path) -> None:
    """Claim: the draft's words are said, while the published conversation says the old ones."""
    change(folder, "menu", "Hello. Tell us", "Good day. Tell us")
    assert "Good day. Tell us" in said(edi, "menu", [], words="MENU", of="draft")
    assert "Good day. Tell us" not in said(edi, "menu", [], words="MENU")


@pytest.mark.parametrize(
    ("flow", "lines"),
    [("menu", ["1", "food bank", "SW18"]), ("check-in", ["2, we are hungry", "/wait 2 days"]), ("told", ["we moved"])],
)
def test_a_saved_conversation_is_a_journey_that_passes(
    edi: Worker, flow: str, lines: list[str], tmp_path: Path
) -> None:
    """Claim: the file that is downloaded, put among the journeys, goes step by step as it says."""
    fields = edi.fields(f"{TALK}?flow={flow}", "/desk/flows/journey")
    answer = edi.client.post("/desk/flows/journey", data={**fields, "of": "published", "lines": "\n".join(lines)})
    assert answer.headers["Content-Disposition"] == f"attachment; filename={flow}-journey.yaml"
    path = tmp_path / "j.yaml"
    path.write_bytes(answer.data)
    told = read_document(path, "j.yaml", Notes())
    compiled = compile_content(read_content(ROOT / "content"))
    known = {k: v == "true" if k == "first_contact" else v for k, v in (told.get("facts") or {}).items()}
    talk = Talk.begin(compiled, real_assets(compiled), START, **known)
    assert [turn["hear"] for turn in told["turns"] if "hear" in turn][-1] in lines
    for turn in told["turns"]:
        assert play(talk, turn, flow)[0]["does"] == turn["does"]


def test_a_conversation_has_an_end(edi: Worker) -> None:
    """Claim: after sixty lines the page offers to save or begin again; longer forms are cut, never an error."""
    page = said(edi, "menu", ["hello"] * 200, words="hello")
    assert "long enough" in page
    assert page.count('<li class="desk-tried__turn"') == trying.MOST_LINES + 1


@pytest.mark.parametrize("page", ["/desk/flows/drawn?flow=nope", f"{TALK}?flow=nope"])
def test_an_unknown_flow_is_not_found(edi: Worker, page: str) -> None:
    """Claim: a flow that this content does not have is a page that says so."""
    assert edi.get(page).status_code == 404


def test_who_may_look_and_who_may_try(app: Flask, home: Home) -> None:
    """Claim: those who work with families, manage them or write the words; the others are refused."""
    allowed = {"practitioner", "manager", "editor"}
    for role in ROLES:
        worker = at_desk(app, home, role)
        assert {worker.get(page).status_code for page in ("/desk/flows", "/desk/flows/drawn", TALK)} == {
            200 if role in allowed else 403
        }, role


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_read_well(app: Flask, home: Home, chromium: "Chromium", width: int) -> None:
    """Claim: at both widths nothing runs over the page's edge, the picture scrolls in its frame also by keyboard, axe
    finds nothing, and a conversation can be tried and saved without JavaScript."""
    email = hire(home, "editor")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        signed_in_at(page, email, "/desk/flows")
        for address in ("/desk/flows", "/desk/flows/drawn?flow=check-in", f"{TALK}?flow=menu"):
            page.goto(address)
            assert fits(page, width), address
            assert axe(page) == [], address
        page.goto("/desk/flows/drawn?flow=check-in")
        frame = page.get_by_role("region", name="Drawn")
        frame.focus()
        frame.press("ArrowDown")
        page.wait_for_function("document.querySelector('.desk-diagram').scrollTop > 0")
        page.goto(f"{TALK}?flow=menu")
        page.get_by_label("What they write").fill("food bank near SW18")
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_text("search, some found").wait_for()
        assert fits(page, width)
        assert axe(page) == []
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save it as a journey test").click()
        assert "food bank near SW18" in saved.value.path().read_text()
