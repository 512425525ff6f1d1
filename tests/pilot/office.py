"""Three workers at the desk, over HTTP as their browsers would be: they claim, answer, telephone and close."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import requests

from tests.story.service import Desk, Page, Service

WORKERS: Final = ("practitioner", "manager", "second")
CASES_A_TURN: Final = 12
REPLY: Final = "Hello, this is the pathway team. We have read what you wrote. What would help most?"
PAGES: Final = ("/desk/no-replies", "/desk/ledger", "/desk/talks", "/desk/directory")
# A case's form takes no notice of what only a referral's asks.
CLOSED: Final = {
    "outcome": "advice-given", "words": "Spoke to them; all agreed.", "offer": "advice", "recorded_ref": "EH-1",
    "recorded_by": "The pathway team",
}  # fmt: skip
REFS: Final = re.compile(r"[2-9A-HJ-NP-Z]{8}")


@dataclass
class Office:
    """What the team knows and does. `seconds` are how long each page took, by the kind of page."""

    living: Service
    seconds: dict[str, list[float]] = field(default_factory=dict)
    mine: dict[str, tuple[str, int]] = field(default_factory=dict)  # case: worker, and turns since they claimed it
    closed: int = 0
    refused: list[str] = field(default_factory=list)

    def works(self, slot: int) -> None:
        """One turn of the worker whose turn it is: their own cases first, then who nobody has, by the inbox's order."""
        who = WORKERS[slot % len(WORKERS)]
        desk = self._desk(who)
        for ref in [ref for ref, (owner, _) in self.mine.items() if owner == who][:CASES_A_TURN]:
            self._goes_on(desk, ref)
        for ref in [ref for ref in desk.refs() if ref not in self.mine][:CASES_A_TURN]:
            self._begins(desk, ref, who)
        desk.get(PAGES[slot % len(PAGES)])

    def looks_at_urgent(self) -> int:
        """Whoever is on duty at this hour takes the urgent cases that nobody has; returns how many."""
        desk = self._desk(WORKERS[0])
        taken = 0
        for ref in [ref for ref in desk.refs() if ref not in self.mine][:CASES_A_TURN]:
            if "Urgent" not in desk.get(f"/desk/cases/{ref}").text:
                break  # the inbox begins with the urgent ones
            taken += self._begins(desk, ref, WORKERS[0])
        return taken

    def _begins(self, desk: "Timed", ref: str, who: str) -> bool:
        if not self._act(desk, ref, "claim"):
            return False
        self.mine[ref] = (who, 0)
        self._act(desk, ref, "reply", words=REPLY) or self._act(desk, ref, "note", words="Telephoned; no answer yet.")
        return True

    def _goes_on(self, desk: "Timed", ref: str) -> None:
        who, turns = self.mine[ref]
        self.mine[ref] = (who, turns + 1)
        if turns >= 2 and self._act(desk, ref, "close", **CLOSED):
            self.mine.pop(ref)
            self.closed += 1

    def _act(self, desk: "Timed", ref: str, what: str, **words: str) -> bool:
        """Whether the desk did it. What it says no to is kept for the report, with the act's name alone."""
        try:
            done = desk.act(ref, what, **words)
        except AssertionError:  # the page has no such form, as where a number cannot be written to
            self.refused.append(f"{what}: not offered")
            return False
        if done.status != 200:
            self.refused.append(f"{what}: {done.status}")
        return done.status == 200

    def _desk(self, who: str) -> "Timed":
        desk = Timed(self.living.url, f"{who}@test.example", self.seconds)
        signed = desk.sign_in()
        assert signed.status == 200, signed.text[:300]
        return desk


class Timed(Desk):
    """A worker's browser that is patient while the service starts again, and notes how long pages take."""

    def __init__(self, url: str, email: str, seconds: dict[str, list[float]]) -> None:
        super().__init__(url, email)
        self._seconds = seconds

    def get(self, path: str) -> Page:
        with self._timed(path):
            return super().get(path)

    def post(self, path: str, fields: dict[str, str]) -> Page:
        with self._timed(f"POST {path}"):
            return super().post(path, fields)

    @contextmanager
    def _timed(self, path: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        kind = REFS.sub("REF", path.partition("?")[0])
        self._seconds.setdefault(kind, []).append(time.monotonic() - began)


class Web:
    """A family at the web chat. A post that met a dead service is posted again, as their browser would do."""

    def __init__(self, living: Service, seconds: dict[str, list[float]]) -> None:
        self._seconds = seconds
        self._chat = living.chat()
        self.posted = 0
        self.again = 0

    def says(self, words: str) -> bool:
        """Whether the service took it; with the same hidden id each time, so that twice is once."""
        end, fields = time.monotonic() + 60, None
        while time.monotonic() < end:
            try:
                fields = fields or self._timed("/", self._chat.get, "/").form("/chat")
                given = {**fields, "text": words}
                page = self._timed("POST /chat", self._chat.post, "/chat", given)
            except requests.RequestException:
                self.again += 1
                time.sleep(0.2)
                continue
            if page.status == 200:
                self.posted += 1
                return True
            if page.status not in {429, 503}:
                return False
            self.again += 1
            time.sleep(0.5)
        return False

    def _timed(self, page: str, ask: Callable[..., Page], *given: Any) -> Page:
        began = time.monotonic()
        made = ask(*given)
        self._seconds.setdefault(page, []).append(time.monotonic() - began)
        return made
