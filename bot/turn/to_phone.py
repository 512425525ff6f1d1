"""What somebody at a page asks us to text: a code to carry on with elsewhere, or the help that was found.

A number that is typed shows nothing by itself. A conversation is kept for a number once a code that came to that phone
was entered in it; and it opens elsewhere by another code that comes to the same phone. The page says the same whether a
text went or not, so that nobody learns by typing who has written to us.

The words are the content's, in the conversation's language. `bot.content.nameless` refuses a text for a code that names
anything: whoever reads the phone would know what it is of.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from bot.house import House
from bot.store import addresses, outbox, phone_asks
from bot.store.addresses import Address
from bot.store.database import Tx
from bot.turn.chat import new_token
from flows.texts import CODE, RESULTS
from messages.addresses import read_mobile
from messages.classes import Purpose, class_of, priority_of
from messages.fitting import fitted, together
from messages.render import for_sms, parts

CODE_LASTS: Final = timedelta(minutes=15)
KEPT_FOR: Final = timedelta(days=30)
A_DAY: Final = timedelta(days=1)
AN_HOUR: Final = timedelta(hours=1)
A_NUMBER_A_DAY: Final = 5
A_CHAT_A_DAY: Final = 5
AN_HOUR_IN_ALL: Final = 200  # whoever makes up numbers meets this before the council's bill does
PURPOSE: Final[Purpose] = "by-request"
BETWEEN: Final = "\n\n"  # between a line in their language and the English of it

Kind = Literal["keep", "carry", "results"]
Fault = Literal["", "number", "many", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`ask` is what the page must give back with the code. It is there whether a text goes or not."""

    ask: str = ""
    fault: Fault = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a right code did. `token` is the conversation's new one, where it was opened here."""

    kind: Kind
    token: str | None = None


def keep(house: House, token: str, typed: str) -> Asked:
    """Text a code that keeps this chat for a number, once it is entered in it. Without a chat there is a fault."""
    number = read_mobile(typed)
    if number is None:
        return Asked(fault="number")
    now, ask, code = house.clock.now(), _new_ask(), _new_code()

    def work(tx: Tx) -> Fault:
        chat = addresses.find_address(tx, "web", token)
        if chat is None:
            return "nothing"
        if _too_many(tx, now, chat.id):
            return "many"
        phone = addresses.open_address(tx, "sms", number, now)
        if not _may_text(tx, phone, now):
            return _refuse(house, tx, phone=phone, chat_id=chat.id, ask=ask, now=now)
        return _code(house, tx, kind="keep", phone=phone, chat_id=chat.id, ask=ask, code=code, now=now)

    return _answer(house, ask, house.db.attempt(work))


def carry(house: House, typed: str) -> Asked:
    """Text a code that opens what was kept for a number. Nothing is written of a number that keeps nothing."""
    number = read_mobile(typed)
    if number is None:
        return Asked(fault="number")
    now, ask, code = house.clock.now(), _new_ask(), _new_code()

    def work(tx: Tx) -> Fault:
        if _too_many(tx, now, None):
            return "many"
        phone = addresses.find_address(tx, "sms", number, lock=True)
        if phone is None:
            return ""
        since = max(now - KEPT_FOR, phone.released_at or now - KEPT_FOR)  # somebody else's number since then
        chat_id = phone_asks.kept_by(tx, phone.id, since)
        if chat_id is None or not _may_text(tx, phone, now):
            return ""
        return _code(house, tx, kind="carry", phone=phone, chat_id=chat_id, ask=ask, code=code, now=now)

    return _answer(house, ask, house.db.attempt(work))


def enter(house: House, token: str | None, ask: str, typed: str) -> Entered | None:
    """Spend a code. None tells nothing of why.

    What keeps a number must be entered in the chat that asked. A conversation that is opened elsewhere has a new token
    from then on: the device it was left on, or whoever held it before, is in it no longer.
    """
    keys, now = house.db.keys, house.clock.now()
    code = "".join(sign for sign in typed if sign.isdigit())
    asked, given = keys.index("ask", ask), keys.index("code", f"{ask}\0{code}")

    def work(tx: Tx) -> Entered | None:
        known = phone_asks.asked_for(tx, asked)
        if known is None:
            return None
        kind, chat_id = known
        chat = addresses.address_by_id(tx, chat_id, lock=True)
        if not chat.value or (kind == "keep" and chat.value != token):
            return None
        if not phone_asks.use(tx, ask=asked, code=given, now=now):
            return None
        if kind == "keep":
            return Entered(kind="keep")
        fresh = new_token()
        addresses.change_address(tx, chat.id, value=fresh, fingerprint=keys.index("web", fresh))
        return Entered(kind="carry", token=fresh)

    return house.db.attempt(work)


def send_results(
    house: House, token: str | None, typed: str, cards: Sequence[Mapping[str, Any]], language: str = "en"
) -> Asked:
    """Text what was found, as cards of `bot.listings`, to a number. It needs no code: it tells nobody of anybody.

    `language` is the page's, where there is no conversation whose language it could be.
    """
    number = read_mobile(typed)
    if number is None:
        return Asked(fault="number")
    if not cards:
        return Asked(fault="nothing")
    now, ask = house.clock.now(), _new_ask()
    lines = [f"- {line_of(card)}" for card in cards]

    def work(tx: Tx) -> Fault:
        chat = None if token is None else addresses.find_address(tx, "web", token)
        chat_id = None if chat is None else chat.id
        if _too_many(tx, now, chat_id):
            return "many"
        phone = addresses.open_address(tx, "sms", number, now)
        if not _may_text(tx, phone, now):
            return _refuse(house, tx, phone=phone, chat_id=chat_id, ask=ask, now=now)
        ask_id = _put(house, tx, kind="results", phone=phone, chat_id=chat_id, ask=ask, code=None, now=now)
        spoken = language if chat is None else chat.language
        above = house.live.snapshot(tx).wording.render_beside(RESULTS, {}, spoken)
        whole = for_sms(BETWEEN.join(words for _, words in above), (), lines)
        _say(tx, phone, ask_id, RESULTS, [(above[0][0], part) for part in parts(fitted(whole))], now)
        return ""

    return _answer(house, ask, house.db.attempt(work))


def line_of(card: Mapping[str, Any]) -> str:
    """A card as a line of a text: name, where, when it is open, how to reach it."""
    where = f" ({card['where']})" if card.get("where") else ""
    reach = card.get("phone") or card.get("contact") or card.get("url") or ""
    told = (f"{card['name']}{where}", card.get("ages"), card.get("cost"), card.get("opening"), reach)
    return ". ".join(str(part).rstrip(". ") for part in told if part) + "."


def _code(
    house: House, tx: Tx, *, kind: Kind, phone: Address, chat_id: int, ask: str, code: str, now: datetime
) -> Fault:
    """In the language of the conversation that it is for, with the English until a speaker has checked the words."""
    ask_id = _put(house, tx, kind=kind, phone=phone, chat_id=chat_id, ask=ask, code=code, now=now)
    language = addresses.address_by_id(tx, chat_id).language
    said = house.live.snapshot(tx).wording.render_beside(CODE, {"code": f"{code[:3]} {code[3:]}"}, language)
    bodies = together([for_sms(words) for _, words in said])
    _say(tx, phone, ask_id, CODE, [(spoken, body) for (spoken, _), body in zip(said, bodies, strict=False)], now)
    return ""


def _refuse(house: House, tx: Tx, *, phone: Address, chat_id: int | None, ask: str, now: datetime) -> Fault:
    """Counted for the chat as if a text went, so that "many" comes after as many asks whatever the number's marks."""
    if chat_id is not None:
        _put(house, tx, kind=phone_asks.REFUSED, phone=phone, chat_id=chat_id, ask=ask, code=None, now=now)
    return ""


def _may_text(tx: Tx, phone: Address, now: datetime) -> bool:
    """What stands against it is told to nobody at the page. `may_leave` asks of the marks once more."""
    marked = phone.safe == "unsafe" or phone.shared or phone.watched
    often = phone_asks.asked(tx, now - A_DAY, phone_id=phone.id) >= A_NUMBER_A_DAY
    return not marked and phone.consent != "stopped" and not often


def _too_many(tx: Tx, now: datetime, chat_id: int | None) -> bool:
    if phone_asks.asked(tx, now - AN_HOUR) >= AN_HOUR_IN_ALL:
        return True
    return chat_id is not None and phone_asks.asked(tx, now - A_DAY, chat_id=chat_id) >= A_CHAT_A_DAY


def _put(
    house: House, tx: Tx, *, kind: str, phone: Address, chat_id: int | None, ask: str, code: str | None, now: datetime
) -> int:
    keys = house.db.keys
    return phone_asks.put(
        tx, kind=kind, phone_id=phone.id, chat_id=chat_id, ask=keys.index("ask", ask),
        code=None if code is None else keys.index("code", f"{ask}\0{code}"), at=now, expires_at=now + CODE_LASTS,
    )  # fmt: skip


def _say(tx: Tx, phone: Address, ask_id: int, text_id: str, bodies: Sequence[tuple[str, str]], now: datetime) -> None:
    """`bodies`, each with its language."""
    for number, (language, body) in enumerate(bodies):
        outbox.put_out(
            tx, key=f"ask:{ask_id}:{number}", address_id=phone.id, purpose=PURPOSE, class_=class_of(PURPOSE),
            rank=priority_of(PURPOSE), text_id=text_id, body=body, language=language, created_at=now,
            not_before=now, expires_at=now + CODE_LASTS,
        )  # fmt: skip


def _answer(house: House, ask: str, fault: Fault) -> Asked:
    if fault:
        return Asked(fault=fault)
    house.wake.wake()
    return Asked(ask=ask)


def _new_ask() -> str:
    return secrets.token_urlsafe(24)


def _new_code() -> str:
    """Six digits: five guesses of a million, each time the phone itself is told of it."""
    return f"{secrets.randbelow(1_000_000):06d}"
