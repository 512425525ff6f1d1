"""The demo as it runs: its clock is moved at the phone, and check-ins of one programme after another arrive."""

import html
import re
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.running import Running, demo

pytestmark = [pytest.mark.net, pytest.mark.slow]

# What opens the first check-in of a family of each programme, and whose phone it comes to.
OPENINGS = {
    "after early help": ("+447700900101", "How are things today, from 0 to 10?"),
    "signposted": ("+447700900108", "Did you get through to the person"),
    "a new baby": ("+447700900109", "We're checking in to see how you are"),
    "a referral": ("+447700900110", "Has someone been in touch with you"),
    "key transitions": ("+447700900111", "Every child can have a free check-up"),
    "pregnancy to two": ("+447700900112", "How are things today, from 0 to 10?"),
    "a new school": ("+447700900113", "We're checking in to see how you are"),
}
MOVES = 60


def test_moving_the_clock_brings_the_check_ins_of_seven_programmes(tmp_path: Path) -> None:
    """`to=next`, again and again: each family gets what its own programme has for it, with who we are and STOP."""
    with demo(tmp_path / "demo") as running:
        waiting = dict(OPENINGS)
        for _ in range(MOVES):
            move(running)
            came = {name for name, (number, words) in waiting.items() if words in conversation(running, number)}
            waiting = {name: told for name, told in waiting.items() if name not in came}
            if not waiting:
                break
        assert waiting == {}
        first = conversation(running, OPENINGS["signposted"][0])
        assert "This is Larkline, from Larkmere Council" in first
        assert "Text STOP to end" in first


def move(running: Running) -> None:
    """As the button of the phone does; what is due has left when this returns or within the next move."""
    request = urllib.request.Request(f"{running.url}/demo/clock", data=b"to=next", method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200


def conversation(running: Running, number: str) -> str:
    asked = urllib.parse.urlencode({"number": number})
    with urllib.request.urlopen(f"{running.url}/demo/phone/messages?{asked}", timeout=60) as answer:
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.read().decode())).split())
