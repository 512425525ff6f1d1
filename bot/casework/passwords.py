"""What is no password: too short, or made of what anybody would try first.

No rule of which letters: those bring the patterns that everybody thinks of (NIST SP 800-63B, 5.1.1.2). What counts is
what is left when the words of the place and of the person, and the runs of the keyboard, are taken away.
"""

import re
from collections.abc import Iterable
from typing import Final

SHORTEST: Final = 12
LONGEST: Final = 1_024  # argon2 works on all of a password: nobody may make it work on a book
FEWEST_OWN: Final = 5  # letters or digits that are no word of ours and no run
# Words of the service, of its work and of passwords: docs/signing-in.md names them.
WORDS: Final = (
    "password", "passwort", "letmein", "welcome", "administrator", "admin", "manager", "practitioner", "auditor",
    "editor", "council", "family", "families", "thrive", "touch", "desk", "early", "help", "changeme", "secret",
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "january", "february", "march", "april", "june", "july", "august",
    "september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday",
    "spring", "summer", "autumn", "winter", "iloveyou", "football", "liverpool", "arsenal", "chelsea", "london",
)  # fmt: skip
_LOOK_ALIKE: Final = str.maketrans("013457@$!", "oleastasi")
_RUNS: Final = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")


def weakness(password: str, *, beside: Iterable[str]) -> str:
    """Why `password` will not do, for whoever chose it; empty where it will. `beside`: names and addresses of the
    person and the place, whose words make no password."""
    if len(password) < SHORTEST:
        return f"the password needs at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"the password may have at most {LONGEST} characters"
    words = {*WORDS, *(word for name in beside for word in re.findall(r"[^\W\d_]{4,}", name.lower()))}
    folded = password.lower()
    if any(_own(text, words) < FEWEST_OWN for text in (folded, folded.translate(_LOOK_ALIKE))):
        return "the password is made of words or runs that anybody would try first: put three or four words of your own"
    return ""


def _own(text: str, words: Iterable[str]) -> int:
    """How many different letters and digits are left without those words, runs, and years."""
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, " ")
    text = re.sub(r"(?:19|20)\d\d", " ", text)
    for run in (*_RUNS, *(run[::-1] for run in _RUNS)):
        for size in range(len(run), 2, -1):
            for start in range(len(run) - size + 1):
                text = text.replace(run[start : start + size], " ")
    return len(set(re.sub(r"[\W_]", "", text)))
