"""Families who text, as the faults need them: numbers, words, and webhooks on connections of their own."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.standin import inbound_form, signature
from tests.story.service import Service

DANGER = "he has a knife hes outside"
NEED = "my 4yr old is not talking much yet, SW18 2PU"
SELDOM = 10
TALK = (NEED, "more", "refer", "he is kind", DANGER, "menu", "STOP", "START")


def numbers(count: int, first: int = 100) -> list[str]:
    """Ofcom's numbers for drama, from +447700900100 on; the council's and its staff's are left out."""
    assert first + count <= 900
    return [f"+447700900{n:03}" for n in range(first, first + count)]


@dataclass
class Talkers:
    """Who has said what, while a thread goes on texting. While `nobody_there`, they text seldom: else on a slow
    machine, where starting takes long, most words would come from the provider's list and few would be answered."""

    families: Sequence[str]
    in_danger: set[str] = field(default_factory=set)
    said: int = 0
    fault: BaseException | None = None
    nobody_there: threading.Event = field(default_factory=threading.Event)


@contextmanager
def talking(
    living: Service, families: Sequence[str], chance: random.Random, *, pause_seconds: tuple[float, float] = (0.1, 0.4)
) -> Iterator[Talkers]:
    """Each family goes through the talk, over and over, in turns drawn by chance, whatever the service is doing."""
    talkers, stop = Talkers(families), threading.Event()
    own = random.Random(chance.random())
    place = dict.fromkeys(families, 0)

    def go_on() -> None:
        try:
            while not stop.is_set():
                number = own.choice(families)
                words = TALK[place[number] % len(TALK)]
                place[number] += 1
                living.provider.text(number, words, wait=False)
                talkers.said += 1
                if words == DANGER:
                    talkers.in_danger.add(number)
                stop.wait(own.uniform(*pause_seconds) * (SELDOM if talkers.nobody_there.is_set() else 1))
        except BaseException as fault:  # noqa: BLE001 - raised again where the thread is waited for
            talkers.fault = fault

    thread = threading.Thread(target=go_on, name="families", daemon=True)
    thread.start()
    try:
        yield talkers
    finally:
        stop.set()
        thread.join(timeout=30)
    if talkers.fault is not None:
        raise talkers.fault


def keep(living: Service, number: str, words: str, sid: str | None = None) -> str:
    """A text that the provider has and whose webhook is lost; returns its id."""
    more = {} if sid is None else {"sid": sid}
    return str(living.provider.text(number, words, lost=True, **more)["sid"])


def deliver(living: Service, number: str, words: str, sid: str, *, url: str | None = None) -> int:
    """The webhook of a text, signed, on a connection of its own; `url` another process. Returns the HTTP status."""
    return post(living, "/sms/inbound", inbound_form(number, words, sid), url=url)


def post(living: Service, path: str, form: dict[str, str], *, url: str | None = None) -> int:
    """A signed webhook. It is signed over the public address, whichever process it goes to."""
    signed = {"X-Twilio-Signature": signature(living.environment["PUBLIC_URL"] + path, form)}
    return requests.post((url or living.url) + path, data=form, headers=signed, timeout=30).status_code


def at_once(works: Sequence[Callable[[], int]]) -> list[int]:
    """Each on a thread of its own, let go at the same moment; what each returned. Raises what one raised."""
    gate = threading.Barrier(len(works))
    done: list[int | BaseException] = [-1] * len(works)

    def one(place: int) -> None:
        try:
            gate.wait(30)
            done[place] = works[place]()
        except BaseException as fault:  # noqa: BLE001 - raised again where the thread is waited for
            done[place] = fault

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = []
    for answer in done:
        if isinstance(answer, BaseException):
            raise answer
        answers.append(answer)
    return answers


def holds(condition: Callable[[], bool], seconds: float, every: float = 0.1) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
