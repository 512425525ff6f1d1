"""Two whole services on one database by mistake: two clocks, two sets of dispatchers, two doors. Claims decide."""

import random
import sys
from collections import Counter
from functools import partial

from tests.chaos.accounting import Counts, finish
from tests.chaos.checkins import due_together, touches_told, went_once
from tests.chaos.talking import TALK, at_once, deliver, keep, numbers
from tests.running import Running, free_port
from tests.story.service import Service

FAMILIES = 12
CHECKED_IN = 10


def two_services(living: Service, chance: random.Random, runs: int) -> Counts:
    """Each run: a text of every family, to both doors at once. Then check-ins fall due, for both clocks at once."""
    monday = due_together(living, numbers(CHECKED_IN, first=500))
    port = free_port()
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port)]
    second = Running(command, port=port, environment=living.environment, log=living.folder / "second.log")
    second.start()
    try:
        families, in_danger = numbers(FAMILIES), set()
        for run in range(runs):
            words = TALK[run % len(TALK)]
            works = []
            for number in families:
                sid = keep(living, number, words)
                doors = [living.url, second.url] if chance.random() < 0.3 else [chance.choice([living.url, second.url])]
                works += [partial(deliver, living, number, words, sid, url=url) for url in doors]
            answers = at_once(works)
            assert set(answers) == {200}, Counter(answers)
            if "knife" in words:
                in_danger.update(families)
        living.move_to(monday)
        told = touches_told(living, CHECKED_IN)
        counts = finish(living, runs=runs, danger=in_danger, seen={"check-ins": told})
    finally:
        second.kill()
    return went_once(living, counts, CHECKED_IN)
