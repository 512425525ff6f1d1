"""What the engine's tests work with: the shipped flows and wording, a small lexicon, readers and finder of our own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.content import Notes, read_document
from bot.content.compiling import compile_talk
from flows.effects import Effect, Listing, Say
from flows.events import Event, MessageReceived
from flows.facts import Assets, Facts, Found, Place, Search
from flows.reading import LOSSES
from flows.session import Session
from flows.step import Step, step
from flows.understanding.types import Screening, Understanding

CONTENT = Path(__file__).resolve().parents[2] / "content"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # a Friday
NEEDS = {"food": "food", "heating": "energy-bills", "talking": "child-development", "hits": "domestic-abuse"}
INTENTS = {
    "please stop texting me": "stop",
    "text me less please": "stop/less",
    "i dont know who you are": "wrong-person",
    "can someone call me": "human",
    "just call me": "human",
    "in polish please": "language",
    "your worker never rang, i want to complain": "human/complaint",
    "hello there": "menu",
    "cheers": "thanks",
    "ok": "thanks",
}

EVENTS = {"we moved house": "house-move", "i had a baby": "new-baby", "my baby died": "child-died"}


class PracticeLexicon:
    """Few words, each meaning one thing: what the engine does with an understanding, not how it is come by."""

    def screen(self, texts: Sequence[str]) -> Screening:
        joined = " ".join(texts).casefold()
        watched = "reads my phone" in joined
        if "knife" in joined:
            return Screening(risk="urgent", because=("knife",), watched=watched)
        if "hits" in joined or "no food" in joined:
            return Screening(risk="concern", because=("hits",) if "hits" in joined else ("no food",), watched=watched)
        return Screening()

    def understand(self, text: str) -> Understanding:
        if (event := EVENTS.get(text.casefold().strip(" .!"))) is not None:
            return Understanding(intent="need", event=event, event_sure=event in LOSSES)
        words = text.casefold()
        needs = tuple(need for word, need in NEEDS.items() if word in words)
        intent = self.intent_kind(text).split("/")[0]
        return Understanding(
            intent=intent, needs=needs, because_needs={need: (word,) for word, need in NEEDS.items() if word in words}
        )

    def intent_kind(self, text: str) -> str:
        return INTENTS.get(text.casefold().strip(" .!"), "need")

    def is_keyword(self, keyword: str, text: str) -> bool:
        return keyword == "stop" and text.casefold() == "parar"


class PracticeReaders:
    def postcode(self, text: str) -> str | None:
        found = re.search(r"\b([a-z]{1,2}\d{1,2})(?: ?(\d[a-z]{2}))?\b", text.casefold())
        return " ".join(part.upper() for part in found.groups() if part) if found else None

    def phone(self, text: str) -> str | None:
        digits = re.sub(r"\D", "", text)
        return f"+44{digits[1:]}" if re.fullmatch(r"0\d{10}", digits) else None

    def age(self, text: str) -> float | None:
        found = re.search(r"\b(\d{1,2}) ?(?:yrs?|years?)\b", text.casefold())
        return float(found[1]) if found else None


class PracticeFinder:
    """Five services for food, one for anything else known, none for a unicorn."""

    def find(self, search: Search) -> Found:
        held = 0 if "unicorn" in search.text else 5 if "food" in search.needs else 1
        shown = range(search.skip, min(search.skip + search.limit, held))
        place = Place(read_as=search.postcode or "", precision="postcode" if search.postcode else "none")
        return Found(place=place, listings=tuple(map(listing, shown)), more=search.skip + search.limit < held)


def listing(number: int) -> Listing:
    return Listing(
        id=f"s{number}", name=f"Service {number}", organisation="Org", distance_km=1.0, near=None, ages=None,
        contact="020 7946 0000", why=("near you",), needs=("food",),
    )  # fmt: skip


@cache
def assets() -> Assets:
    notes = Notes()
    paths = [CONTENT / "council.yaml", *sorted(CONTENT.glob("flows/*.yaml")), *sorted(CONTENT.glob("wording/*.yaml"))]
    files = {
        str(path.relative_to(CONTENT)): read_document(path, str(path.relative_to(CONTENT)), notes) for path in paths
    }
    talk = compile_talk(files, notes)
    assert not notes.faults, notes.faults
    assert talk is not None
    return Assets(
        flows=talk.flows,
        wording=talk.wording,
        lexicon=PracticeLexicon(),
        readers=PracticeReaders(),
        finder=PracticeFinder(),
    )


def facts(now: datetime = NOW, **known: Any) -> Facts:
    look_by = {
        "urgent": now + timedelta(minutes=15),
        "concern": now + timedelta(hours=7),
        "routine": now + timedelta(days=3),
    }
    blank = Facts(
        now=now, today=date(2026, 11, 20), look_by=look_by, open_now=True, fresh_ref="ABCD2345", consent="given"
    )  # type: ignore[arg-type]
    return replace(blank, **known)


@dataclass(slots=True)
class Family:
    """A conversation: the session goes through JSON before every step."""

    session: Session
    known: Facts

    @classmethod
    def new(cls, **known: Any) -> "Family":
        return cls(Session.new(), facts(**known))

    def texts(self, *words: str) -> tuple[Effect, ...]:
        """Each in turn; the effects of the last."""
        effects: tuple[Effect, ...] = ()
        for text in words:
            effects = self.happens(MessageReceived(text=text, screening=assets().lexicon.screen([text])))
        return effects

    def happens(self, event: Event) -> tuple[Effect, ...]:
        session = Session.from_json(self.session.to_json())
        assert session == self.session
        done: Step = step(assets(), session, event, self.known)
        self.session = done.session
        return done.effects

    def passes(self, **time: float) -> None:
        now = self.known.now + timedelta(**time)
        look_by = facts(now).look_by
        self.known = replace(self.known, now=now, today=now.date(), look_by=look_by)

    def knows(self, **known: Any) -> "Family":
        self.known = replace(self.known, **known)
        return self

    @property
    def at(self) -> str | None:
        top = self.session.top
        return f"{top.flow}.{top.node}" if top else None


def said(effects: Sequence[Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, Say)]


def of(effects: Sequence[Effect], kind: type) -> list[Any]:
    return [effect for effect in effects if isinstance(effect, kind)]
