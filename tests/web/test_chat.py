"""The web chat over HTTP, on real content and a real database of either kind."""

import json
import re
import threading

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from bot.app import build
from bot.store import inbox, outbox
from bot.turn.receive import Arrival, receive
from tests.houses import Home
from tests.web.visitor import Page, Visitor, value_of

SPEECH = "my 4yr old is not talking much yet, SW18 2PU"
KNIFE = "he has a knife hes outside"


def stored(home: Home) -> list[str]:
    """Every word that any chat brought in."""
    with home.house.db.read() as tx:
        return [inbox.inbox_by_id(tx, i).body for (i,) in tx.exec_driver_sql("SELECT id FROM inbox ORDER BY id")]


def test_the_first_page_is_plain_and_says_what_this_is(family: Visitor) -> None:
    """Claim: a neutral title, who replies, 999 to press, one box, and a way out."""
    html = family.client.get("/").text
    assert "<title>Local help - Larkline</title>" in html
    assert "A computer replies straight away" in html
    assert 'href="tel:999"' in html
    assert html.count("<textarea") == 1
    assert "Exit this page" in html


def test_a_question_is_answered_without_javascript(family: Visitor) -> None:
    """Claim: a plain form post leads back to the conversation, newest last, with services as cards."""
    answer = family.say(SPEECH)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/#latest")
    html = family.client.get("/").text
    page = Page(html)
    assert page.texts("app-words")[0] == SPEECH
    assert 1 <= len(page.texts("listing")) <= 3
    assert "Why we chose it:" in html
    assert html.count('id="latest"') == 1
    for link in page.links():
        if link["href"].startswith("http"):
            assert set(link["rel"].split()) >= {"noopener", "noreferrer"}


def test_the_same_post_twice_is_one_message(family: Visitor, home: Home) -> None:
    """Claim: a form sent again over a bad connection is taken once; other words from the same form are not lost."""
    form = family.page().form("composer")
    sent = {key: form[key] for key in ("csrf_token", "client_id")}
    for words in (SPEECH, SPEECH, "and food"):
        assert family.client.post("/chat", data={**sent, "text": words}).status_code == 303
    assert stored(home) == [SPEECH, "and food"]


def test_two_taps_at_once_are_one_message(app: Flask, home: Home) -> None:
    """Claim: the same post on two connections at the same moment is one message and one answer."""
    family = Visitor(app)
    form = family.page().form("composer")
    cookies = "; ".join(f"{c.key}={c.value}" for c in family.client._cookies.values())
    data = {"csrf_token": form["csrf_token"], "client_id": form["client_id"], "text": SPEECH}
    codes: list[int] = []

    def tap() -> None:
        answer = app.test_client(use_cookies=False).post("/chat", data=data, headers={"Cookie": cookies})
        codes.append(answer.status_code)

    taps = [threading.Thread(target=tap) for _ in range(2)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()
    assert codes == [303, 303]
    assert stored(home) == [SPEECH]


def test_scripts_get_the_new_bubbles_alone(family: Visitor) -> None:
    """Claim: a post as JSON brings what is new, the page's markup for it, and a cursor from which nothing is missed."""
    told = family.say("hello", json=True).get_json()
    assert [b["ours"] for b in told["bubbles"]][:2] == [False, True]
    assert all(b["html"].lstrip().startswith("<li") for b in told["bubbles"])
    more = family.client.get(f"/chat/messages?after={told['cursor']}").get_json()
    assert {b["id"] for b in more["bubbles"]} <= {b["id"] for b in told["bubbles"]}


def test_old_bubbles_are_not_sent_again(family: Visitor, home: Home) -> None:
    """Claim: a poll long after carries nothing that was shown long before."""
    family.say("hello")
    home.later(minutes=10)
    told = family.say("thanks", json=True).get_json()
    home.later(minutes=10)
    assert "hello" not in json.dumps(family.client.get(f"/chat/messages?after={told['cursor']}").get_json())


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 40, "\u0663", "0"])
def test_any_cursor_has_an_answer(family: Visitor, after: str) -> None:
    """Claim: what is no cursor tells the whole conversation."""
    family.say("hello")
    told = family.client.get("/chat/messages", query_string={"after": after}).get_json()
    assert not told["bubbles"][0]["ours"]


def test_danger_stands_out_and_can_be_rung(family: Visitor, home: Home) -> None:
    """Claim: the safety reply comes first, says so in words, has 999 to press, and an urgent case is there."""
    family.say(KNIFE)
    page = family.page()
    turns = page.texts("chat__turn")
    assert "Important, please read" in turns[1]
    assert page.texts("chat__ring") == ["Telephone 999"]
    assert [case.level for case in home.cases()] == ["urgent"]


def test_a_watched_screen_shows_nothing_special(family: Visitor) -> None:
    """Claim: the answer to somebody who is watched looks like any other."""
    family.say("cant talk hes next to me and he checks my phone, he hit me")
    page = family.page()
    assert not page.texts("chat__message--safety")
    assert any("999" in words for words in page.texts("app-words")[1:])


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\0", "\u200b\u200b", "\x01\x02"])
def test_an_empty_post_is_answered_kindly(family: Visitor, home: Home, text: str) -> None:
    """Claim: nothing to read is no message and no error page: the box says what to do."""
    answer = family.say(text)
    assert answer.status_code == 422
    assert "Write a few words first" in answer.text
    assert stored(home) == []


@pytest.mark.parametrize(
    "text",
    ["\U0001f622", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "a\0b\x07c", "w" * 1600, "help me please " * 106],
)
def test_odd_and_long_posts_are_kept_whole(family: Visitor, home: Home, text: str) -> None:  # fmt: skip
    """Claim: an emoji, controls among words, an endless word and 1,600 characters are taken in and answered."""
    assert family.say(text).status_code == 303
    seen = "".join(c for c in text if c >= " ").strip()
    assert stored(home) == [seen]
    assert len(family.words()) >= 2


def test_what_is_longer_than_a_message_is_several(family: Visitor, home: Home) -> None:
    """Claim: 25,000 characters are read to the last word, so danger at their end is answered."""
    long = "we need a bit of help with things " * 740 + KNIFE
    assert len(long) > 25_000
    assert family.say(long).status_code == 303
    assert "".join(stored(home)).replace(" ", "") == long.replace(" ", "")
    assert "urgent" in [case.level for case in home.cases()]


def test_too_large_a_body_gets_a_kind_page(family: Visitor) -> None:
    """Claim: past what a server takes at once, the page says so in plain words, with 999."""
    answer = family.say("help " * 20_000)
    assert answer.status_code == 413
    assert "a few shorter messages" in answer.text
    assert 'href="tel:999"' in answer.text


def test_words_sent_from_an_old_page_come_back_in_the_box(app: Flask, home: Home) -> None:
    """Claim: where the form's token is no longer good the words are in the new page's box, ready to send."""
    family = Visitor(app)
    family.page()
    answer = family.client.post("/chat", data={"csrf_token": "old", "text": "<b>my words</b>"})
    assert answer.status_code == 403
    assert value_of(answer.text) == "<b>my words</b>"
    form = Page(answer.text).form("composer")
    assert family.client.post("/chat", data={**form, "text": "my words"}).status_code == 303
    assert stored(home) == ["my words"]


def test_another_site_cannot_write_in_a_chat(family: Visitor, home: Home) -> None:
    """Claim: a post from elsewhere is refused, and its words are in no page of ours."""
    form = family.page().form("composer")
    answer = family.client.post("/chat", data={**form, "text": "planted"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "planted" not in answer.text
    assert stored(home) == []


def test_words_are_escaped(family: Visitor) -> None:
    """Claim: markup in a family's words is words."""
    family.say('<img src=x onerror=alert(1)> "quoted"')
    html = family.client.get("/").text
    assert "<img" not in html
    assert "&lt;img" in html


def test_each_message_says_its_language_and_direction(family: Visitor) -> None:
    """Claim: every message carries lang and dir of its own."""
    family.say("hello")
    said = [given for _, given, _ in family.page().elements if given.get("class") == "app-words"]
    assert said
    assert all(given["lang"] and given["dir"] in {"ltr", "rtl", "auto"} for given in said)


def test_quick_replies_are_buttons_that_send(family: Visitor, home: Home) -> None:
    """Claim: a choice is a submit button; pressing it is writing it; only the newest question has buttons."""
    family.say("menu")
    home.later(seconds=1)
    form = family.page().form("/chat")
    buttons = [g for t, g, _ in family.page().elements if t == "button" and g.get("name") == "text"]
    assert buttons
    data = {"csrf_token": form["csrf_token"], "client_id": form["client_id"], "text": buttons[0]["value"]}
    assert family.client.post("/chat", data=data).status_code == 303
    assert buttons[0]["value"] in family.words()
    assert family.client.get("/").text.count("chat__replies") <= 1


def test_the_token_is_in_the_cookie_alone(family: Visitor) -> None:
    """Claim: the chat's cookie is HttpOnly, Lax and of the session, and its value is in no page and no address."""
    first = family.client.get("/")
    cookie = next(value for value in first.headers.getlist("Set-Cookie") if value.startswith("chat="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert not re.search("max-age|expires|domain", cookie, re.IGNORECASE)
    token = cookie.split(";")[0].removeprefix("chat=")
    answer = family.say(SPEECH)
    page, news = family.client.get("/"), family.client.get("/chat/messages")
    for seen in (first.text, page.text, news.text, answer.headers["Location"]):
        assert token not in seen
    assert page.headers["Cache-Control"] == news.headers["Cache-Control"] == "no-store"


def test_over_https_the_cookie_is_the_host_s_own(home: Home) -> None:
    """Claim: a served chat's cookie has the __Host- name and its conditions."""
    from dataclasses import replace

    settings = replace(home.house.settings, public_url="https://text.example.gov.uk")
    app = build(settings, house=replace(home.house, settings=settings))
    answer = app.test_client().get("/", base_url="https://text.example.gov.uk")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if "chat=" in value)
    assert cookie.startswith("__Host-chat=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_one_family_cannot_see_another(app: Flask) -> None:
    """Claim: a conversation is seen with its cookie and not without; a made-up cookie opens nothing."""
    Visitor(app).say("my secret words")
    other = Visitor(app)
    assert "my secret words" not in other.client.get("/").text
    other.client.set_cookie("chat", "../../x")
    assert other.client.get("/").status_code == 200
    assert other.client.get("/chat/messages").get_json()["bubbles"] == []


def test_leaving_ends_the_chat_on_this_device(family: Visitor) -> None:
    """Claim: the way out ends the cookies, asks for everything to be cleared, and goes to a neutral page."""
    family.say("my secret words")
    form = family.page().form("leave")
    gone = family.client.post("/chat/exit", data={"csrf_token": form["csrf_token"]})
    assert gone.status_code == 200
    assert gone.headers["Refresh"] == "0; url=https://www.bbc.co.uk/weather"
    assert gone.headers["Clear-Site-Data"] == '"cookies", "storage", "cache"'
    assert gone.headers["Cache-Control"] == "no-store"
    assert "Larkline" not in gone.text
    assert family.client.get_cookie("chat") is None
    assert family.client.get_cookie("form") is None
    assert "my secret words" not in family.client.get("/").text


def test_leaving_works_from_a_page_of_any_age(family: Visitor) -> None:
    """Claim: a form token that is too old never keeps anybody on the page."""
    family.say("my secret words")
    assert family.client.post("/chat/exit").headers["Refresh"].endswith("/weather")
    assert family.client.get_cookie("chat") is None


def test_nothing_is_lost_when_the_database_is_away(
    family: Visitor, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claim: a post that could not be stored is said to be so, in a page that needs no database, with its words."""
    form = family.page().form("composer")

    def away(*_: object, **__: object) -> None:
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(home.house.db.engine, "connect", away)
    monkeypatch.setattr(home.house.db.engine, "begin", away)
    data = {"csrf_token": form["csrf_token"], "client_id": form["client_id"], "text": "my words & more"}
    answer = family.client.post("/chat", data=data)
    assert answer.status_code == 503
    assert "Nothing was saved" in answer.text
    assert 'href="tel:999"' in answer.text
    assert value_of(answer.text) == "my words & more"
    told = family.client.post("/chat", data=data, headers={"Accept": "application/json"})
    assert (told.status_code, told.get_json()) == (503, {"fault": "away"})
    for address in ("/", "/help", "/privacy", "/nowhere"):
        page = family.client.get(address)
        assert page.status_code in {503, 404}
        assert "999" in page.text


def test_a_worker_s_words_are_named_as_such(family: Visitor, home: Home) -> None:
    """Claim: what a person wrote is told apart from what a computer did."""
    family.say("hello")
    token = family.client.get_cookie("chat")
    assert token is not None
    address = home.address(token.value, "web")
    home.later(minutes=3)
    with home.house.db.write() as tx:
        outbox.put_out(
            tx, key="staff:1", address_id=address.id, purpose="staff-reply", class_="conversation", rank=1,
            text_id="staff", body="Hello, this is Sam. Ring me on 020 7946 0110.", language="en",
            created_at=home.clock.at, not_before=home.clock.at,
        )  # fmt: skip
    home.send()
    told = family.client.get("/chat/messages").get_json()["bubbles"][-1]
    assert "A person on our team" in told["html"]
    assert "tel:+442079460110" in told["html"]


def test_a_text_s_way_in_and_the_chat_s_are_one(home: Home, app: Flask) -> None:
    """Claim: the chat uses the house's one way in: what it stores is read like any other message."""
    family = Visitor(app)
    family.say("hello")
    token = family.client.get_cookie("chat")
    assert token is not None
    receive(home.house, Arrival(kind="web", account="x", sid="y", sender=token.value, text="later words"))
    assert "later words" in family.words()


def test_the_first_load_is_small(app: Flask) -> None:
    """Claim: page, style and scripts together are under 60 kB as sent."""
    import gzip

    client = app.test_client()
    html = client.get("/").text
    sent = len(gzip.compress(html.encode()))
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', html):
        sent += len(client.get(address, headers={"Accept-Encoding": "gzip"}).data)
    assert sent < 60_000
    assert len(html) + sent < 60_000  # even where a proxy leaves the page itself uncompressed
