"""Pages for anyone: finding help with no chat, the notices, and what is said when something goes wrong."""

import pytest
from flask import abort

from bot.app import build
from tests.houses import Home
from tests.web.visitor import Page, Visitor


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def search(family: Visitor, **fields: str) -> Page:
    form = next(f for f in family.page("/help").forms if f["action"] == "/help")
    answer = family.client.post("/help", data={"csrf_token": form["csrf_token"], **fields})
    assert answer.status_code == 200
    return Page(answer.text)


def test_help_is_found_by_words_place_and_age(family: Visitor) -> None:
    """Claim: words, postcode and age give cards as the chat's, with how far and why."""
    found = search(family, text="not talking much yet", postcode="SW18 2PU", age="4")
    assert found.texts("listing")
    assert any(" km" in words for words in found.texts("listing__facts"))
    assert found.texts("listing__why")


def test_every_need_is_a_link_that_opens(family: Visitor) -> None:
    """Claim: each need of the list has a page of its own, with help on it."""
    links = [link["href"] for link in family.page("/help").links() if link["href"].startswith("/help?need=")]
    assert len(links) > 40
    for address in links:
        answer = family.client.get(address)
        assert answer.status_code == 200
        assert Page(answer.text).texts("listing"), address


def test_what_helps_first_and_whom_to_call_stand_above_the_services(family: Visitor) -> None:
    """Claim: a need that was chosen begins with its self-help words, their numbers as links; further pages do not."""
    page = family.client.get("/help?need=debt").text
    words = page[page.index("You don&#39;t have to face debt alone") :]
    assert "tel:" in words[: words.index("StepChange")]
    assert page.index("Pay rent, food and heat first") < page.index('class="listing')
    form = family.page("/help?need=debt").forms[0]
    more = family.client.post("/help", data={"csrf_token": form["csrf_token"], "need": "debt", "skip": "3"})
    assert "Pay rent, food and heat first" not in more.text


def test_finding_help_starts_no_chat_and_keeps_no_words(family: Visitor) -> None:
    """Claim: no conversation's cookie is set, and the words are in no address."""
    search(family, text="he drinks and shouts")
    assert family.client.get_cookie("chat") is None
    form = next(f for f in family.page("/help").forms if f["action"] == "/help")
    assert "method" not in form
    html = family.client.get("/help").text
    assert 'method="post" action="/help"' in html


def test_more_help_comes_after_the_first(family: Visitor) -> None:
    """Claim: "Show more" gives other services for the same question."""
    first = family.client.get("/help?need=things-to-do")
    page = Page(first.text)
    names = page.texts("listing__name")
    form = next(f for f in page.forms if "need" in f and f["action"] == "/help")
    assert "Show more" in first.text
    more = Page(family.client.post("/help", data={**form, "skip": "10"}).text).texts("listing__name")
    assert more
    assert not set(more) & set(names)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "\0\u200b", "postcode": "<b>", "age": "-1", "need": ""},
        {"text": "x" * 5000, "postcode": "9" * 500, "age": "99999999999", "skip": "99999999999"},
        {"text": "\U0001f622", "age": "eighteen months", "skip": "x"},
        {},
    ],
)
def test_any_search_has_an_answer(family: Visitor, fields: dict[str, str]) -> None:
    """Claim: whatever is in the boxes, a page comes back."""
    assert search(family, **fields).texts("govuk-heading-l") == ["Find help near you"]


def test_what_cannot_be_read_is_said(family: Visitor) -> None:
    """Claim: a postcode or age that is none is told, and help is still looked for."""
    answer = search(family, text="food bank", postcode="nowhere", age="old")
    told = " ".join(answer.texts("govuk-body"))
    assert "could not read that postcode" in told
    assert "could not read that age" in told
    assert answer.texts("listing")


def test_danger_typed_into_the_search_is_answered(family: Visitor, home: Home) -> None:
    """Claim: words of danger bring 999 first, and say that nobody reads a search; a watched person's show nothing."""
    found = search(family, text="he has a knife hes outside")
    assert "Nobody reads what you look for" in " ".join(found.texts("chat__message--safety"))
    assert home.cases() == []
    assert not search(family, text="he hit me, cant talk he checks my phone").texts("chat__message--safety")


def test_an_unknown_need_is_a_kind_page(family: Visitor) -> None:
    """Claim: a need that is none leads to the list of them."""
    answer = family.client.get("/help?need=%3Cscript%3E")
    assert answer.status_code == 404
    assert "We do not know that subject" in answer.text
    assert "<script>" not in answer.text


def test_the_notices_are_filled_from_the_council_s_settings(family: Visitor) -> None:
    """Claim: name, telephone and notice are the council's; what only the council knows is marked for it to write."""
    privacy, access = family.client.get("/privacy").text, family.client.get("/accessibility").text
    assert "Larkmere Council" in privacy
    assert "MY DATA" in privacy
    assert 'href="https://larkline.example/privacy"' in privacy
    assert "messages, where nobody on our team had to act: 24 months" in " ".join(privacy.split())
    assert "within one month" in privacy
    assert "within 30 days" in privacy
    assert 'href="tel:+442079460110"' in access
    for page in (privacy, access):
        assert Page(page).texts("council-fills")


def test_the_notices_set_no_cookie(family: Visitor) -> None:
    """Claim: reading a notice leaves nothing on the device, and it can still be left at once."""
    for address in ("/privacy", "/accessibility", "/nowhere"):
        answer = family.client.get(address)
        assert not answer.headers.getlist("Set-Cookie")
        assert "Exit this page" in answer.text


def test_leaving_another_page_ends_a_chat_too(family: Visitor) -> None:
    """Claim: where the browser holds a conversation, the way out of every page ends it."""
    family.say("my secret words")
    for address in ("/help", "/privacy", "/nowhere"):
        assert family.page(address).form("leave")["action"] == "/chat/exit"


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 418, 429, 500, 503])
def test_faults_are_kind(home: Home, code: int) -> None:
    """Claim: each refusal keeps its status, says what to do in plain words, gives 999, and shows no code."""
    app = build(home.house.settings, house=home.house)

    @app.get("/broken")
    def broken() -> None:
        abort(code)

    answer = app.test_client().get("/broken")
    assert answer.status_code == code
    assert "Sorry" in answer.text
    assert 'href="tel:999"' in answer.text
    assert "Traceback" not in answer.text
    assert "werkzeug" not in answer.text.lower()


def test_our_own_bug_shows_no_stack(home: Home) -> None:
    """Claim: an exception is a kind page with 500, and its words are not shown."""
    app = build(home.house.settings, house=home.house)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("secret words")

    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "secret words" not in answer.text
    assert "It is our fault" in answer.text


def test_a_wrong_method_says_which_are_right(family: Visitor) -> None:
    """Claim: a kind page keeps the headers that its status needs."""
    answer = family.client.get("/chat")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "Sorry" in answer.text


def test_machines_get_no_page(family: Visitor) -> None:
    """Claim: a webhook that is refused is answered without a family's page."""
    answer = family.client.post("/sms/inbound", data={})
    assert answer.status_code == 403
    assert "govuk" not in answer.text
