"""The desk where a key is lost: the pages open, and say what cannot be read in its place."""

from bot.refs import ref_of
from tests.houses import Home
from tests.turn.test_poison import KNIFE, A, ids_to, lose_key, wait_it_out
from tests.web.worker import Worker

GONE = "These words cannot be opened"


def test_a_conversation_shows_what_can_be_read(home: Home, sam: Worker) -> None:
    """One message each way has lost its key: the rest of the case stands there, with a note in their places."""
    home.text("hello", sender=A)
    lose_key(home, "outbox", "body", ids_to(home, A)[0])
    wait_it_out(home)
    home.text("please call me", sender=A)
    lose_key(home, "inbox", "body", 1)
    (case,) = home.cases()
    page = sam.get(f"/desk/cases/{case.ref}")
    assert page.status_code == 200
    assert page.text.count(GONE) >= 1
    assert "please call me" in page.text
    assert "Tried 5 times" in page.text
    assert sam.get("/desk").status_code == 200


def test_a_number_that_cannot_be_opened_leaves_a_case_that_can(home: Home, sam: Worker) -> None:
    """The case of a message to nobody knows whom opens, with the reason."""
    home.text("hello", sender=A)
    lose_key(home, "address", "value", home.address(A).id)
    wait_it_out(home)
    case = home.cases()[0]
    assert sam.get("/desk").status_code == 200
    page = sam.get(f"/desk/cases/{case.ref}")
    assert page.status_code == 200
    assert "cannot be opened" in page.text


def test_a_case_whose_number_is_lost_is_worked_to_its_end(home: Home, sam: Worker) -> None:
    """It is claimed, noted, handed back and closed as any; a reply sends nothing, says why, and gives its words back;
    and the case can be marked."""
    home.text(KNIFE, sender=A)
    home.send()
    (case,) = home.cases()
    assert sam.act(case.ref, "claim").status_code == 303
    page, address = f"/desk/cases/{case.ref}", home.address(A).id
    form = sam.fields(page, f"{page}/reply")
    carried = len(home.pigeon.carried)
    lose_key(home, "address", "value", address)
    answer = sam.client.post(f"{page}/reply", data={**form, "words": "Are you safe to talk?"})
    assert answer.status_code == 400
    assert "Nothing was sent. Their number cannot be opened" in answer.text
    assert "Are you safe to talk?" in answer.text
    home.send()
    assert len(home.pigeon.carried) == carried
    assert "Their number cannot be opened" in sam.get(page).text
    assert sam.get(f"{page}/mark").status_code == 200
    assert sam.act(case.ref, "note", words="Rang the school.").status_code == 303
    assert sam.act(case.ref, "hand-back").status_code == 303
    assert sam.act(case.ref, "close", outcome="could-not-reach", words="Key lost.").status_code == 303


def test_a_page_that_needs_a_lost_key_says_so(home: Home, sam: Worker) -> None:
    """Whose conversation it is cannot be shown: the page says what happened, what to do, and that nothing was done."""
    home.text("hello", sender=A)
    address = home.address(A).id
    lose_key(home, "address", "value", address)
    for page in (f"/desk/conversations/{ref_of(address)}", "/desk/messages/1/mark"):
        answer = sam.get(page)
        assert answer.status_code == 500
        assert "This cannot be opened" in answer.text
        assert "nothing was changed" in answer.text
        assert "Sign out" in answer.text


def test_a_case_whose_words_are_lost_stands_in_the_inbox(home: Home, sam: Worker) -> None:
    """One case's words cannot be opened: the inbox shows it with the others, and its page opens."""
    home.text(KNIFE, sender=A)
    (case,) = home.cases()
    lose_key(home, "cases", "words", case.id)
    for page in ("/desk", f"/desk/cases/{case.ref}"):
        answer = sam.get(page)
        assert answer.status_code == 200, page
        assert case.ref in answer.text
