"""What a reply says to the question it answers: by number, word, synonym or near miss.

Each reader gives the value to keep and the words that were left over, or None: the reply is no answer to that.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rapidfuzz import fuzz

from flows.effects import Value
from flows.facts import Readers
from flows.flow import AskKind, AskNode, Option
from flows.until import read_until
from flows.vocabulary import (
    BORN,
    COUNTED,
    CUES,
    FILLERS,
    MONTHS,
    NAME_LEADS,
    NO,
    NOT_NAMES,
    NUMBER_WORDS,
    ORDINALS,
    POLITE,
    SENTENCE,
    SKIP,
    WEEKDAYS,
    YES,
)

_DIGITS = re.compile(
    rf"(?<![\w.:/£-])(?P<n>\d{{1,3}})(?:[.,]\d+)?(?P<ten>\s*(?:/|out\s+of|outta)\s*(?:10|ten)\b)?"
    rf"(?:\s*(?:-|/|or|to)\s*(?P<other>\d{{1,2}}))?(?![\w:%])(?!\s*{COUNTED})"
)
_WORDED = re.compile(
    rf"\b(?P<n>{'|'.join(NUMBER_WORDS)})\b(?:\s+(?:out\s+of|outta)\s+(?:10|ten))?"
    r"(?=\s*(?:$|[,.;:!?-]|(?:but|and|today|maybe|ish|really|atm|because|cos|please|thanks|x+)\b"
    r"|(?:i\s+(?:think|guess|suppose|reckon|feel)|or\s+so|right\s+now|at\s+the\s+moment)\b))"
)
_PLACE = re.compile(
    r"^(?:(?:no|number|num|option|opt|choice|the)\.?\s*|#)?(?P<n>\d{1,2})(?:st|nd|rd|th)?(?:\s+(?:one|option))?"
    r"(?=$|\s*[.,;:!?)\-]|\s+(?:please|pls|plz|thanks|thx|ta|but|and|cos|because|x+)\b)\s*[.,;:!?)\-]*\s*"
)
_ORDINAL = re.compile(
    rf"^(?:the\s+)?(?P<n>{'|'.join(ORDINALS)}|last)(?:\s+(?:one|option))?\s*(?:please|pls|plz|thanks)?$"
)
_LEAD = re.compile(
    r"^(?P<word>[\w'👍👎✅❌]+)(?P<stop>\s*[,.;:!-]+\s*|\s+(?=but\b|and\b|i\b|we\b|he\b|she\b|they\b|it\b|some(?:one|body)\b|nobody\b|please\b|thanks\b))"
)
_MONTH_NAME = re.compile(
    rf"\b(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})(?![^\W\d_])\.?,?\s*(?:of\s+)?'?"
    r"(?P<year>\d{4}|\d{2})\b"
)
_MONTH_DIGITS = re.compile(r"(?<!\d)(?:\d{1,2}[/.-])?(?P<month>0?[1-9]|1[0-2])[/.-](?P<year>(?:19|20)?\d{2})(?!\d)")
_MONTH_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})-(?P<month>0[1-9]|1[0-2])(?!\d)")
_DAY_MONTH = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{'|'.join(MONTHS)})\b\.?(?:\s+(?P<year>\d{{4}}))?"
)
_DAY_OF_MONTH = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)\b", re.IGNORECASE)
_DAY_DIGITS = re.compile(r"(?<!\d)(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>\d{2,4}))?(?!\d)")
_NAME_LEAD = re.compile(rf"^(?:{'|'.join(sorted(map(re.escape, NAME_LEADS), key=len, reverse=True))})\b[\s,:-]*")
_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_'.-]*(?:['-][^\W\d_]+)*\.?")
NAME_WORDS = 4  # "Maria da Conceição Silva"; more is a sentence
NEAR = 82  # rapidfuzz ratio, 0 to 100: "yeh" is known by name; this is for "nursary" and "refer my self"
TEN = 10
OLDEST_YEARS = 26  # support for a young person with special needs can run to the 25th birthday


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`value` is None when the family chose to skip, or to leave the date of a pause as it stands.

    `rest` is what else they said, for listening to.
    """

    value: Value | None
    rest: str = ""
    go: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply with what its reading needs."""

    text: str
    options: Sequence[Option]
    readers: Readers
    today: date


def plain(text: str) -> str:
    """Lower case, straight quotes, single spaces, no punctuation at either end."""
    straight = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u00a0", " ").replace("\ufe0f", "")
    return " ".join(straight.casefold().split()).strip(' .,;:!?"()*-')


def without_politeness(text: str) -> str:
    """The plain text less please and thank you, unless nothing else is there."""
    kept = [word for word in plain(text).split() if word.strip(".,!") not in POLITE]
    return " ".join(kept).strip(" .,;:!?") or plain(text)


def read_answer(ask: AskNode, reply: Reply) -> Answer | None:
    if ask.optional and without_politeness(reply.text) in SKIP:
        return Answer(value=None)
    return _READERS[ask.kind](reply)


def by_name(options: Sequence[Option], text: str) -> Answer | None:
    """The option that is named in full, for one that is not on the screen now: "more" when all was shown."""
    said = {plain(text), without_politeness(text)}  # "what do you hold about me" is as it stands
    found = next((option for option in options if said & _names(option)), None)
    return _chose(found) if found is not None else None


def _text(reply: Reply) -> Answer | None:
    said = reply.text.strip()
    return Answer(value=said) if said else None


def _number(reply: Reply) -> Answer | None:
    text = " ".join(reply.text.replace("\u2019", "'").split())
    low = text.casefold()
    for pattern in (_DIGITS, _WORDED):
        for match in pattern.finditer(low):
            value = int(match["n"]) if match["n"].isdigit() else NUMBER_WORDS[match["n"]]
            before = re.findall(r"[\w']+", low[: match.start()])
            if value > TEN or (before and before[-1] not in CUES) or low[: match.start()].rstrip().endswith("-"):
                continue
            other = match.groupdict().get("other")
            if other is not None and not match.groupdict().get("ten"):
                # "6 or 7", "5-6": the lower is the careful reading.
                value = min(value, int(other))
            rest = " ".join([text[: match.start()], text[match.end() :]]) if before else text[match.end() :]
            return Answer(value=value, rest=rest.strip(" .,;:!?-"))
    return None


def _choice(reply: Reply) -> Answer | None:
    options = reply.options
    said = without_politeness(reply.text)
    whole = next((o for o in options if said in _names(o) or plain(reply.text) in _names(o)), None)
    if whole is not None:
        return _chose(whole)
    low = plain(reply.text)
    if match := _PLACE.match(low):
        place = int(match["n"])
        return _chose(options[place - 1], low[match.end() :]) if 1 <= place <= len(options) else None
    if (match := _ORDINAL.match(low)) and not low.startswith("the one"):
        place = len(options) if match["n"] == "last" else ORDINALS[match["n"]]
        return _chose(options[place - 1]) if place <= len(options) else None
    return _lead(options, low) or _near(options, said) or _by_word(options, low)


def _chose(option: Option, rest: str = "") -> Answer:
    return Answer(value=option.value, rest="" if rest in POLITE else rest, go=option.go)


def _names(option: Option) -> frozenset[str]:
    kin = {"yes": YES, "no": NO}.get(option.value, frozenset())
    return kin | {plain(option.label), plain(option.value), *(plain(word) for word in option.says)}


def _lead(options: Sequence[Option], low: str) -> Answer | None:
    """ "yes but not at home": the first word answers and the rest is heard. "no heating" is not a no."""
    match = _LEAD.match(low)
    if match is None:
        return None
    for option in options:
        kin = {"yes": YES, "no": NO}.get(option.value, frozenset())
        if match["word"] in kin or (match["stop"].strip() and match["word"] in _names(option)):
            return _chose(option, low[match.end() :])
    return None


def _near(options: Sequence[Option], said: str) -> Answer | None:
    if len(said) < 4:  # in shorter words one letter changes the meaning
        return None
    scored = sorted(
        ((max(fuzz.ratio(said, name) for name in _names(option)), place) for place, option in enumerate(options)),
        reverse=True,
    )
    if not scored or scored[0][0] < NEAR or (len(scored) > 1 and scored[0][0] - scored[1][0] < 5):
        return None
    return _chose(options[scored[0][1]])


def _by_word(options: Sequence[Option], low: str) -> Answer | None:
    """ "the nursery one": every telling word belongs to one option, and to no other."""
    words = re.findall(r"[\w']+", low)
    telling = [word for word in words if word not in FILLERS]
    if not telling or len(words) > 6:  # longer replies are talk, not a pick
        return None
    holding = [
        option
        for option in options
        if all(any(_alike(word, own) for own in " ".join(_names(option)).split()) for word in telling)
    ]
    return _chose(holding[0]) if len(holding) == 1 else None


def _alike(word: str, own: str) -> bool:
    return word == own or (len(word) > 4 and len(own) > 4 and fuzz.ratio(word, own) >= 85)


def _postcode(reply: Reply) -> Answer | None:
    found = reply.readers.postcode(reply.text)
    return Answer(value=found) if found else None


def _phone(reply: Reply) -> Answer | None:
    found = reply.readers.phone(reply.text)
    return Answer(value=found) if found else None


def _month(reply: Reply) -> Answer | None:
    found = find_month(plain(reply.text), reply.today)
    return Answer(value=found[0]) if found else None


def _children(reply: Reply) -> Answer | None:
    """First names, each with a month of birth: "Ava March 2021, Leo 6/15" becomes "Ava 2021-03, Leo 2015-06".

    What cannot be read that way is kept as the family wrote it: a worker can read it, and asking again would not.
    """
    said = " ".join(reply.text.split())
    if not re.search(r"[^\W\d_]", said) or set(re.findall(r"[\w']+", said.casefold())) <= YES | POLITE:
        return None
    read, rest = [], _DAY_OF_MONTH.sub(" ", said)
    while found := find_month(rest.casefold(), reply.today):
        month, start, end = found
        name = re.findall(r"[^\W\d_][\w'-]*", rest[:start])
        told = [word for word in name if word.casefold() not in BORN]
        if len(told) != 1:
            return Answer(value=said)
        read.append(f"{_as_name(told[0])} {month}")
        rest = rest[end:]
    left = [word for word in re.findall(r"[^\W\d_][\w'-]*", rest) if word.casefold() not in BORN | POLITE]
    return Answer(value=", ".join(read) if read and not left else said)


def _name(reply: Reply) -> Answer | None:
    """What to call them: "im Sam", "SAM" and "My name is Sam, thanks" are Sam. A yes or a sentence is no name."""
    said = " ".join(reply.text.replace("\u2019", "'").split()).strip(' .,;:!?"()*-')
    lead = _NAME_LEAD.match(said.casefold())
    if lead is not None and said[lead.end() :].strip():
        said = said[lead.end() :]
    told = said.replace(",", " ").split()
    while len(told) > 1 and told[-1].casefold().strip(".!") in POLITE:
        told.pop()
    if not 1 <= len(told) <= NAME_WORDS or not all(_NAME_WORD.fullmatch(word) for word in told):
        return None
    low = {word.casefold().strip(".") for word in told}
    if low & SENTENCE or low <= NOT_NAMES | YES | NO | POLITE | CUES | FILLERS | SKIP:
        return None
    return Answer(value=" ".join(map(_as_name, told)))


def _as_name(word: str) -> str:
    plain_case = word.islower() or (word.isupper() and len(word) > 2)
    return word.capitalize() if plain_case and word.casefold() != "and" else word


def find_month(low: str, today: date) -> tuple[str, int, int] | None:
    """The first month and year in plain text as YYYY-MM with where it stands, when a child could be born then."""
    matches = [m for pattern in (_MONTH_NAME, _MONTH_ISO, _MONTH_DIGITS) if (m := pattern.search(low))]
    for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
        word, digits = match["month"], match["year"]
        month = MONTHS.get(word) or int(word)
        year = int(digits) if len(digits) == 4 else 2000 + int(digits)  # a year in full
        # Nine months ahead is a baby on the way.
        if today.year - OLDEST_YEARS <= year and date(year, month, 1) <= today + timedelta(days=280):
            return f"{year:04}-{month:02}", match.start(), match.end()
    return None


def _date(reply: Reply) -> Answer | None:
    low, today = plain(reply.text), reply.today
    for word, days in (("today", 0), ("tomorrow", 1), ("tmrw", 1), ("tomoz", 1)):
        if re.search(rf"\b{word}\b", low):
            return Answer(value=today + timedelta(days=days))
    for word in re.findall(r"[a-z]+", low):
        if word in WEEKDAYS:
            return Answer(value=today + timedelta(days=(WEEKDAYS[word] - today.weekday()) % 7 or 7))
    for pattern in (_DAY_MONTH, _DAY_DIGITS):
        if match := pattern.search(low):
            found = _day(match, today)
            return Answer(value=found) if found else None
    return None


def _until(reply: Reply) -> Answer | None:
    """A date to pause until: in words, or a choice, which says a time itself ("2 weeks") or leaves it at that.

    Their own words first: "3 weeks" is near enough to the choice "2 weeks" to be taken for it.
    """
    if (found := read_until(reply.text, reply.today)) is not None:
        return Answer(value=found)
    chosen = _choice(reply)
    return None if chosen is None else replace(chosen, value=read_until(str(chosen.value), reply.today))


def _day(match: re.Match[str], today: date) -> date | None:
    word, year = match["month"], match["year"]
    month = MONTHS.get(word) or int(word)
    try:
        if year:
            return date(int(year) if len(year) == 4 else 2000 + int(year), month, int(match["day"]))
        found = date(today.year, month, int(match["day"]))
        return found if found >= today else found.replace(year=today.year + 1)
    except ValueError:  # the 31st of February is no answer, and asking again is
        return None


_READERS: Mapping[AskKind, Callable[[Reply], Answer | None]] = {
    "choice": _choice,
    "number": _number,
    "text": _text,
    "date": _date,
    "postcode": _postcode,
    "month": _month,
    "children": _children,
    "name": _name,
    "phone": _phone,
    "until": _until,
}
