"""Masking who is meant in a family's words, so that their wording can teach and be measured. Pure.

By rule, so it is no promise: a name that is also a word ("Will"), or that is written small and follows nobody ("kyle
hit me"), stays, and a misspelt word with a capital goes. Whoever passes masked lines on reads them first.
"""

import re
from collections.abc import Callable, Collection
from typing import Final

NAME, NUMBER, POSTCODE, ADDRESS, LINK = "[name]", "[number]", "[postcode]", "[address]", "[link]"

# https://www.gov.uk/government/publications/bulk-data-transfer-for-sponsors-xml-schema, appendix C, spaces forgiven
_POSTCODE: Final = re.compile(
    r"\b(?:GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]?\s{0,2}[0-9][ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE
)
_LINK: Final = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+\.\S+|(?<!\w)@\w{2,}", re.IGNORECASE)
# Five digits or more, however they are parted: telephone, account and reference numbers. Ages, times and sums stay.
_NUMBER: Final = re.compile(r"(?<!\w)\+?\(?\d(?:[\s().-]{0,2}\d){4,}(?!\w)")
_STREET: Final = re.compile(
    r"\b(?:(?:flat|number|no\.?)\s*)?\d{1,4}[a-z]?,?\s+(?:\w+\s+){1,3}"
    r"(?:road|rd|street|st|avenue|ave|close|lane|drive|way|court|gardens|terrace|crescent|grove|place|house)\b",
    re.IGNORECASE,
)
_KIN: Final = (
    r"son|daughter|brother|sister|husband|wife|partner|boyfriend|girlfriend|ex|mum|mother|dad|father|nan|uncle|aunt|"
    r"auntie|cousin|friend|mate|neighbour|stepdad|stepmum|baby|boy|girl|lad|teacher|social worker"
)
# A word after one of these is likely a name, however it is written: "my son kyle", "im called jo".
_CALLED: Final = re.compile(
    rf"\b(?:(?:my|our|her|his|their)\s+(?:{_KIN})|(?:is|im|am|hes|shes|he's|she's|i'm)\s+called|named|name\s+is|names)"
    r"\s+([^\W\d_]{2,})",
    re.IGNORECASE,
)
_TITLED: Final = re.compile(r"\b(?:mr|mrs|miss|ms|dr)\.?\s+([^\W\d_]{2,})", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_][\w'\u2019-]*")
# What the vocabulary may lack.
_PLAIN: Final = frozenset(
    {
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february",
        "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
        "christmas", "easter", "eid", "ramadan", "diwali", "english", "polish", "portuguese", "spanish", "somali",
        "arabic", "urdu", "french", "italian", "hes", "shes", "although", "however", "mr", "mrs", "miss", "ms",
        "dr",
    }
)  # fmt: skip


def mask(text: str, *, names: Collection[str] = (), knows: Callable[[str], bool]) -> str:
    """`text` without who is meant. `names` are known ones, any case; `knows` says whether a small word is a plain word.

    Masks stand in brackets: [name], [number], [postcode], [address], [link].
    """
    text = _LINK.sub(LINK, text)
    text = _POSTCODE.sub(POSTCODE, text)
    text = _STREET.sub(ADDRESS, text)
    text = _NUMBER.sub(NUMBER, text)
    for name in sorted({n.strip() for n in names if len(n.strip()) > 1}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAME, text, flags=re.IGNORECASE)
    text = _TITLED.sub(lambda found: _instead(found, 1), text)
    text = _CALLED.sub(lambda found: found[0] if _plain(found[1], knows) else _instead(found, 1), text)
    return _WORD.sub(lambda found: _capital(found, text, knows), text)


def _instead(found: "re.Match[str]", group: int) -> str:
    start, end = found.start(group) - found.start(), found.end(group) - found.start()
    return found[0][:start] + NAME + found[0][end:]


def _plain(word: str, knows: Callable[[str], bool]) -> bool:
    small = re.sub(r"['\u2019]s$", "", word.casefold())
    return any(form in _PLAIN or knows(form) for form in (small, re.sub(r"['\u2019]", "", small)))


def _capital(found: "re.Match[str]", text: str, knows: Callable[[str], bool]) -> str:
    """A word with a capital that is no plain word. Shouting, short forms (NHS, PIP) and initials are no names."""
    word = found[0]
    masked = text[max(found.start() - 1, 0) : found.start()] == "["
    if masked or not word[0].isupper() or word.isupper() or _plain(word, knows):
        return word
    return NAME + word[-2:] if word[-2:] in {"'s", "\u2019s"} else NAME
