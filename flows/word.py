"""A family's private word: on a phone that others read, what is private waits until whoever writes has said it.

The word is agreed with a person of the team. It opens the conversation for as long as somebody is writing; it is no
password to anything else, and no danger, STOP or HELP ever waits for it.
"""

import re
from datetime import datetime, timedelta
from typing import Final

OPEN_FOR: Final = timedelta(minutes=30)  # as long as we take somebody to be in conversation: messages/leave.py
FEWEST, MOST = 4, 30  # letters

_APART = re.compile(r"[\W_]+")


def bare(words: str) -> str:
    """The word as it is compared: letters and digits alone, their case put aside. Empty for none."""
    return _APART.sub("", words.casefold())


def is_said(word: str | None, words: str) -> bool:
    """Whether these words are the word, and no more."""
    return word is not None and bare(words) == word


def locked(*, has_word: bool, read_by_others: bool, until: datetime | None, now: datetime) -> bool:
    """Whether what is private waits: there is a word, others may read the phone, and nobody has said it just now."""
    return has_word and read_by_others and (until is None or now >= until)
