"""Carrying on with a conversation elsewhere by a code that is texted, and having a list of help texted. Never by typing
somebody's number."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from bot.store import addresses, phone_asks
from bot.turn import to_phone
from bot.turn.to_phone import A_CHAT_A_DAY, A_NUMBER_A_DAY
from tests.houses import ON_SQLITE, Home
from tests.web.visitor import Page, Visitor

HERS, ANOTHER = "07700 900321", "07700 900654"
E164 = "+447700900321"
WORDS = "the rent is behind and i am frightened"
SAME = "If we can text that number, a code is on its way."


def post(visitor: Visitor, address: str, page: str = "/chat/later", **fields: str) -> TestResponse:
    token = next(form["csrf_token"] for form in visitor.page(page).forms if "csrf_token" in form)
    return visitor.client.post(address, data={"csrf_token": token, **fields})


def texts(home: Home) -> list[str]:
    home.send()
    return [o.body for o in home.pigeon.carried if o.to == E164]


def newest_code(home: Home) -> str:
    found = re.search(r"\d{3} \d{3}", texts(home)[-1])
    assert found is not None
    return found[0]


def ask_in(answer: TestResponse) -> str:
    return Page(answer.text).form("/chat/code")["ask"]


def kept(app: Flask, home: Home) -> Visitor:
    """A family that wrote, and kept its conversation by a code entered in it."""
    family = Visitor(app)
    family.say(WORDS)
    asked = post(family, "/chat/later", phone=HERS)
    assert SAME in asked.text
    done = post(family, "/chat/code", ask=ask_in(asked), code=newest_code(home))
    assert "Your conversation is kept" in done.text
    return family


def test_a_conversation_is_carried_on_by_a_code(app: Flask, home: Home) -> None:
    """Claim: kept by a code entered in it, opened elsewhere by another; from then on the first device is out of it."""
    family = kept(app, home)
    home.later(days=3)
    elsewhere = Visitor(app)
    asked = post(elsewhere, "/chat/carry-on", phone=HERS)
    assert WORDS not in asked.text
    opened = post(elsewhere, "/chat/code", ask=ask_in(asked), code=newest_code(home))
    assert (opened.status_code, opened.headers["Location"]) == (303, "/#latest")
    assert WORDS in elsewhere.words()
    assert WORDS not in family.words()
    elsewhere.say("hello again")
    assert "hello again" in elsewhere.words()


@ON_SQLITE
def test_a_typed_number_shows_nothing(app: Flask, home: Home) -> None:
    """Claim: a number that keeps a conversation, one that texts us, and one that nobody ever used are answered alike.
    Only the first is texted; nothing is written of the others."""
    kept(app, home)
    home.text("hello", sender="+447700900654")
    before = len(texts(home))
    pages = []
    for number in (HERS, ANOTHER, "07700 900999"):
        visitor = Visitor(app)
        answer = post(visitor, "/chat/carry-on", phone=number)
        pages.append(re.sub(r'value="[^"]+"', "", answer.text))
        assert "900" not in answer.text.split("<main", 1)[1]
    assert len(set(pages)) == 1
    assert len(texts(home)) == before + 1
    assert not [o for o in home.pigeon.carried if o.to == "+447700900999"]
    with home.house.db.read() as tx:
        assert addresses.find_address(tx, "sms", "+447700900999") is None


@ON_SQLITE
def test_the_text_names_nothing(app: Flask, home: Home) -> None:
    """Claim: the phone shows is a code and what to do, in one text: no service, council, need or word of theirs."""
    kept(app, home)
    council = home.house.live.of(home.house.db).compiled.council
    body = texts(home)[-1]
    for word in (
        council.name,
        council.service,
        council.phone,
        "help",
        "family",
        "rent",
        "chat",
        "conversation",
        "http",
    ):
        assert word.lower() not in body.lower()
    assert len(body) <= 160


@ON_SQLITE
def test_a_wrong_code_tells_nothing_and_five_end_it(app: Flask, home: Home) -> None:
    """Claim: wrong, too late, used and never asked for are one answer; after five wrong ones the right one is wrong."""
    family = kept(app, home)
    elsewhere = Visitor(app)
    ask = ask_in(post(elsewhere, "/chat/carry-on", phone=HERS))
    right = newest_code(home)
    wrong = "000 000" if right != "000 000" else "111 111"
    told = {post(elsewhere, "/chat/code", ask="made-up", code=right).status_code}
    for _ in range(phone_asks.MOST_WRONG):
        told.add(post(elsewhere, "/chat/code", ask=ask, code=wrong).status_code)
    told.add(post(elsewhere, "/chat/code", ask=ask, code=right).status_code)
    home.later(minutes=2)
    late = ask_in(post(elsewhere, "/chat/carry-on", phone=HERS))
    code = newest_code(home)
    home.later(minutes=16)
    told.add(post(elsewhere, "/chat/code", ask=late, code=code).status_code)
    assert told == {422}
    assert elsewhere.words() == []
    assert WORDS in family.words()


def test_a_code_is_used_once_by_one_of_two(app: Flask, home: Home) -> None:
    """Claim: two devices that enter the same code in the same instant: one is let in."""
    kept(app, home)
    asked = to_phone.carry(home.house, HERS)
    code = newest_code(home)
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda _: to_phone.enter(home.house, None, asked.ask, code), range(2)))
    assert [entered is None for entered in done].count(False) == 1
    assert to_phone.enter(home.house, None, asked.ask, code) is None


@ON_SQLITE
def test_the_code_without_the_page_opens_nothing(app: Flask, home: Home) -> None:
    """Claim: who reads a code on a locked screen cannot use it from another page of their own asking."""
    kept(app, home)
    post(Visitor(app), "/chat/carry-on", phone=HERS)
    code = newest_code(home)
    stranger = Visitor(app)
    other = ask_in(post(stranger, "/chat/carry-on", phone="07700 900999"))
    assert post(stranger, "/chat/code", ask=other, code=code).status_code == 422
    assert stranger.words() == []


@ON_SQLITE
def test_what_was_never_confirmed_is_not_kept(app: Flask, home: Home) -> None:
    """Claim: typing a number in a chat keeps nothing for it, and a code entered in another chat neither: nobody puts
    their own conversation in a family's place."""
    family = Visitor(app)
    family.say(WORDS)
    asked = post(family, "/chat/later", phone=HERS)
    code, other = newest_code(home), Visitor(app)
    other.say("somebody else")
    assert post(other, "/chat/code", ask=ask_in(asked), code=code).status_code == 422
    before = len(texts(home))
    post(Visitor(app), "/chat/carry-on", phone=HERS)
    assert len(texts(home)) == before


@ON_SQLITE
@pytest.mark.parametrize(
    "marks", [{"safe": "unsafe"}, {"shared": True}, {"watched": True}, {"consent": "stopped"}], ids=str
)
def test_a_phone_that_others_read_gets_no_text(app: Flask, home: Home, marks: dict[str, object]) -> None:
    """Claim: marked not safe, shared or watched, or after STOP, no code and no list goes; the page says the same."""
    kept(app, home)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(E164).id, **marks)
    before = len(texts(home))
    assert SAME in post(Visitor(app), "/chat/carry-on", phone=HERS).text
    family = Visitor(app)
    family.say("food bank SW18 2PU")
    assert SAME in post(family, "/chat/later", phone=HERS).text
    answer = post(family, "/chat/results", page="/chat/results", phone=HERS)
    assert "the list is on its way" in answer.text
    assert len(texts(home)) == before
    assert home.cases() == []


@ON_SQLITE
def test_marked_after_asking_it_does_not_leave(app: Flask, home: Home) -> None:
    """Claim: the mark is asked again as the text leaves, and no case is made of what did not go."""
    family = Visitor(app)
    family.say(WORDS)
    post(family, "/chat/later", phone=HERS)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(E164).id, safe="unsafe")
    assert texts(home) == []
    assert [o.state for o in home.out(sender=E164)] == ["refused"]
    assert home.cases() == []


@ON_SQLITE
def test_a_number_that_changed_hands_opens_nothing(app: Flask, home: Home) -> None:
    """Claim: after "wrong person" the phone's new holder gets no code to what was kept before."""
    kept(app, home)
    home.later(hours=1)
    home.talk("wrong person", sender=E164)
    before = len(texts(home))
    post(Visitor(app), "/chat/carry-on", phone=HERS)
    assert len(texts(home)) == before


def test_texts_are_limited_by_what_the_database_holds(app: Flask, home: Home) -> None:
    """Claim: a number gets five in a day and the page does not say so; a chat asks for five in a day and is told."""
    kept(app, home)
    for _ in range(A_NUMBER_A_DAY + 2):
        home.later(minutes=1)
        assert SAME in post(Visitor(app), "/chat/carry-on", phone=HERS).text
    assert len(texts(home)) == A_NUMBER_A_DAY
    family = Visitor(app)
    family.say(WORDS)
    for at in range(A_CHAT_A_DAY):
        assert post(family, "/chat/later", phone=f"07700 90070{at}").status_code == 200
    assert post(family, "/chat/later", phone="07700 900799").status_code == 429
    home.later(days=1, minutes=1)
    assert post(family, "/chat/later", phone="07700 900799").status_code == 200


@ON_SQLITE
@pytest.mark.parametrize("marks", [{}, {"safe": "unsafe"}, {"watched": True}, {"consent": "stopped"}], ids=str)
def test_a_chat_s_limit_tells_nothing_of_a_number(app: Flask, home: Home, marks: dict[str, object]) -> None:
    """Claim: the page says "many" after as many asks whether the number is texted or not; what was refused counts for
    that chat, and against neither the number nor the hour."""
    home.text("hello", sender=E164)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(E164).id, **{"safe": "unknown", **marks})
    family = Visitor(app)
    family.say("food bank SW18 2PU")
    asks = [("/chat/later", "/chat/later"), ("/chat/results", "/chat/results")]
    told = [post(family, *asks[at % 2], phone=HERS).status_code for at in range(A_CHAT_A_DAY + 1)]
    assert told == [200] * A_CHAT_A_DAY + [429]
    with home.house.db.read() as tx:
        since = home.clock.at.replace(year=2000)
        texted = 0 if marks else A_CHAT_A_DAY
        assert phone_asks.asked(tx, since) == texted
        assert phone_asks.asked(tx, since, phone_id=home.address(E164).id) == texted


@ON_SQLITE
def test_no_code_and_no_number_is_kept_open(app: Flask, home: Home) -> None:
    """Claim: the row of an asking holds neither the code nor what the page holds, and is past use after a quarter of
    an hour."""
    family = Visitor(app)
    family.say(WORDS)
    ask = ask_in(post(family, "/chat/later", phone=HERS))
    code = newest_code(home)
    with home.house.db.read() as tx:
        row = tx.execute(sa.select(phone_asks.phone_ask)).mappings().one()
    held = " ".join(str(value) for value in row.values())
    for secret in (ask, code, code.replace(" ", ""), E164):
        assert secret not in held


@ON_SQLITE
def test_the_results_are_texted(app: Flask, home: Home) -> None:
    """Claim: the list found last goes to the number: services, and how to reach them. What is no number is told."""
    family = Visitor(app)
    assert family.client.get("/chat/results").status_code == 303
    family.say("food bank SW18 2PU")
    assert "Send these results to my phone" in family.client.get("/").text
    names = family.page("/chat/results").texts("listing__name")
    assert post(family, "/chat/results", page="/chat/results", phone="not a number").status_code == 422
    sent = post(family, "/chat/results", page="/chat/results", phone=HERS)
    assert "the list is on its way" in sent.text
    body = "\n".join(texts(home))
    assert body.startswith("You asked for this on a web page:")
    assert names
    for name in names:
        assert name.removesuffix(" Sample") in body


@ON_SQLITE
def test_a_help_page_is_texted_and_printed(app: Flask, home: Home) -> None:
    """Claim: from a page of help the list opens to be printed, and goes to a number, with no chat begun."""
    visitor = Visitor(app)
    page = post(visitor, "/help/results", page="/help", need="food")
    assert "Print" in page.text
    assert Page(page.text).texts("listing__name")
    sent = post(visitor, "/help/results", page="/help", need="food", phone=HERS)
    assert "the list is on its way" in sent.text
    assert texts(home)
    assert visitor.client.get_cookie("chat") is None


@ON_SQLITE
@pytest.mark.parametrize(
    ("language", "begins"), [("pl", "Tw\u00f3j kod to"), ("ur", "\u0622\u067e \u06a9\u0627"), ("en", "Your code is")]
)
def test_the_code_speaks_the_chat_s_language(app: Flask, home: Home, language: str, begins: str) -> None:
    """Claim: kept and carried on, the code comes in the language of the conversation that it is for, with the English
    beside it while no speaker has checked the words, and never with a name."""
    family = Visitor(app)
    family.say(WORDS)
    with home.house.db.write() as tx:
        chat = tx.execute(sa.select(addresses.address.c.id).where(addresses.address.c.kind == "web")).scalar_one()
        addresses.change_address(tx, chat, language=language)
    asked = post(family, "/chat/later", phone=HERS)
    first = "\n\n".join(texts(home))
    assert post(family, "/chat/code", ask=ask_in(asked), code=_six(first)).status_code == 200
    home.later(days=1)
    asked = post(Visitor(app), "/chat/carry-on", phone=HERS)
    again = "\n\n".join(texts(home)).removeprefix(first).strip()
    for told in (first, again):
        assert told.startswith(begins)
        assert told.count("Your code is") == 1
        assert "Larkline" not in told
    assert post(Visitor(app), "/chat/code", ask=ask_in(asked), code=_six(again)).status_code == 303


def _six(told: str) -> str:
    found = re.search(r"\d{3} ?\d{3}", told)
    assert found is not None
    return found[0]


@ON_SQLITE
def test_the_results_are_told_in_the_chat_s_language(app: Flask, home: Home) -> None:
    """Claim: the line above them is in it, with the English beside it until a speaker has checked it."""
    family = Visitor(app)
    family.say("food bank SW18 2PU")
    with home.house.db.write() as tx:
        chat = tx.execute(sa.select(addresses.address.c.id).where(addresses.address.c.kind == "web")).scalar_one()
        addresses.change_address(tx, chat, language="fr")
    post(family, "/chat/results", page="/chat/results", phone=HERS)
    body = "\n".join(texts(home))
    assert body.startswith("Vous avez demandé ceci sur une page web :\n\nYou asked for this on a web page:")
