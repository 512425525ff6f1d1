"""The list of marks: what screening says today, who may read the words, handled and opened again."""

import json
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.casework.permissions import ROLES, may
from bot.content import Content
from bot.publishing import content
from bot.store import staff as staff_rows
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.marking import MISSED, mark, message_id
from tests.web.raising import KNIFE
from tests.web.worker import Worker, at_desk, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


def test_the_list_says_what_screening_says_today(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: what was still wrong is seen to be mended once a change of the lexicon is published, and by what words."""
    home.text(MISSED)
    mark(sam, message_id(home, MISSED), "missed:urgent")
    mina = at_desk(app, home, "manager")
    page = mina.get("/desk/reviews").text
    assert MISSED in page
    assert "Still wrong today" in page
    files = json.loads(json.dumps(dict(content.read(home.house.settings).files)))
    rule = {"id": "agreed", "kind": "violence", "level": "urgent", "sure": "yes", "says": ["blue cup"], "why": "Agreed"}
    files["phrases/danger-en-more.yaml"]["rules"].append(rule)
    content.publish(home.house, Content(files), by="test")
    page = unescape(mina.get("/desk/reviews").text)
    assert "Mended today" in page
    assert re.search(r"Today it says</dt><dd[^>]*>Urgent: <q[^>]*>[^<]*blue cup", page)
    assert "The service said</dt>" in page
    assert "No danger (content 1)" in page


def test_words_are_shown_only_to_those_who_may_read_them(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: an auditor sees what was marked and how screening stands, with no word of a family; others per role."""
    home.text(KNIFE)
    mark(sam, message_id(home, KNIFE), "false-alarm:other", words="note of mine")
    for role in ROLES:
        if role == "practitioner":
            continue
        worker = at_desk(app, home, role)
        answer = worker.get("/desk/reviews")
        assert (answer.status_code == 200) is may(role, "reviews.read")
        assert (KNIFE in answer.text) is may(role, "reviews.words"), role
        assert ("note of mine" in answer.text) is may(role, "reviews.words"), role
        assert ("knife" in answer.text) is may(role, "reviews.words"), role
    assert not may("auditor", "reviews.words")
    assert may("editor", "reviews.words")


def test_marks_are_handled_and_opened_again(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: newest first; handled leaves the open list with who and when, once; and can be opened again. Audited."""
    for words in (MISSED, "second: " + MISSED):
        home.text(words)
        mark(sam, message_id(home, words), "missed:concern")
    editor = at_desk(app, home, "editor")
    page = editor.get("/desk/reviews").text
    assert page.index("second: ") < page.rindex(MISSED)
    number = min(int(n) for n in re.findall(r'action="/desk/reviews/(\d+)/handled"', page))
    action = f"/desk/reviews/{number}/handled"
    form = editor.fields("/desk/reviews", action)
    for _ in range(2):
        assert editor.client.post(action, data=form).status_code == 303
    assert action not in editor.get("/desk/reviews").text
    handled = unescape(editor.get("/desk/reviews?show=handled").text)
    assert "Handled by Edi Wren" in handled
    assert "Open (1)" in handled
    assert editor.post("/desk/reviews?show=handled", action).status_code == 303
    assert action in editor.get("/desk/reviews").text
    with home.house.db.read() as tx:
        acts = [row.action for row in reversed(staff_rows.audit_rows(tx)) if row.target == f"review:{number}"]
    assert acts == ["review.handled", "review.reopened"]


@ON_SQLITE
def test_a_long_list_has_pages_that_lose_none(app: Flask, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: each mark stands on one page."""
    from bot.casework import review_list

    monkeypatch.setattr(review_list, "PAGE", 3)
    sam = at_desk(app, home)
    for number in range(7):
        home.text(f"{MISSED} {number}", sender=f"+4477009005{number:02}")
        mark(sam, message_id(home, f"{MISSED} {number}", f"+4477009005{number:02}"), "missed:concern")
    mina = at_desk(app, home, "manager")
    seen: list[str] = []
    at = "/desk/reviews"
    while at:
        page = mina.get(at).text
        seen += re.findall(r'action="/desk/reviews/(\d+)/handled"', page)
        older = re.search(r'href="(/desk/reviews\?[^"]*before=[^"]*)" rel="next"', page)
        at = unescape(older[1]) if older else ""
    assert [int(n) for n in seen] == sorted(map(int, seen), reverse=True)
    assert len(set(seen)) == 7


@ON_SQLITE
def test_markup_in_words_and_notes_stays_words(app: Flask, home: Home) -> None:
    """Claim: neither a family's words nor a note become part of a page."""
    nasty = "<img src=x onerror=alert(1)> he has a knife hes outside"
    mina = at_desk(app, home, "manager")
    home.text(nasty)
    number = message_id(home, nasty)
    mark(mina, number, "false-alarm:other", words=nasty)
    for address in (f"/desk/messages/{number}/mark", "/desk/reviews", "/desk/conversations", "/desk"):
        assert "<img" not in mina.get(address).text, address


@ON_SQLITE
@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_reading_and_marking_in_a_real_browser(chromium: "Chromium", app: Flask, home: Home, width: int) -> None:
    """Claim: from the list to a conversation, a mark, its case and the review list: axe finds nothing, nothing scrolls
    sideways, the service's name stands on each page."""
    home.text(MISSED)
    home.text(KNIFE, sender="+447700900322")
    home.send()
    email = hire(home, "manager")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()

        def sound() -> None:
            assert axe(page) == [], page.url
            assert fits(page, width), page.url
            assert page.inner_text(".app-header__name"), page.url

        signed_in_at(page, email, "/desk/conversations?raised=none")
        assert page.get_by_text(MISSED).count() == 1
        assert page.get_by_text(KNIFE).count() == 0
        sound()
        page.locator(".desk-case__name a").click()
        sound()
        page.get_by_role("link", name="Mark: missed danger").click()
        page.get_by_role("button", name="Keep the mark").click()
        assert "Choose what was wrong." in page.inner_text(".govuk-error-summary")
        sound()
        page.get_by_label("This was danger and was missed: urgent").check()
        page.get_by_role("button", name="Keep the mark").click()
        page.wait_for_url("**done=missed")
        sound()
        page.get_by_role("link", name="Case").first.click()
        sound()
        page.goto(f"/desk/messages/{message_id(home, KNIFE, '+447700900322')}/mark")
        page.get_by_label("False alarm: about a film, a game or sport").check()
        page.get_by_role("button", name="Keep the mark").click()
        page.wait_for_url("**done=false-alarm")
        sound()
        page.get_by_role("link", name="as a false alarm").click()
        assert page.input_value("#outcome") == "false-alarm"
        page.goto("/desk/reviews")
        sound()
        page.get_by_role("button", name="Handled").first.click()
        page.wait_for_url("**done=handled")
        sound()
