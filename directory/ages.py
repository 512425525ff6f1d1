"""A child's age, read from what a family wrote."""

import re

OLDEST = 25.0  # SEND law in England runs to 25; a greater number is an adult's age, or no age at all

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18,
}  # fmt: skip
_N = rf"(?P<n>\d{{1,2}}(?:\.\d)?|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_HALF = r"(?P<half>\s*(?:½|1/2|(?:and|n|&)\s*(?:a\s*)?(?:half|1/2|½)))?"
_YEAR = r"(?:years?|yrs?|y/?o|yo|y)"
_MONTH = r"(?:months?|mnths?|mths?|mos?|m/o)"
_WEEK = r"(?:weeks?|wks?)"
_START = r"(?<![\w£$€.:/])"
_WHO = (
    r"(?:he|she|they|i|who|whos|mine|son|daughter|boy|girl|lad|lass|child|kid|baby|toddler|teen|teenager|grandson|"
    r"granddaughter|grandchild|nephew|niece|brother|sister|youngest|oldest|eldest|middle|twins|lo|little one|"
    r"lil one|dd|ds)"
)
_IS = r"(?:\s*['\u2019]?\s*(?:s|m|re|is|am|are)\b)?"
_ABOUT = r"(?P<about>\s+(?:just|now|only|about|almost|nearly|turned|turning|turns|aged|age|has turned|just turned))*"
# What follows a number that is not an age: a count, a time, a price, a measure, a place in an order.
_NOT_AGE = (
    r"(?!\s*(?:kids?|child|children|of\b|who\b|that\b|other|more|times?|o'?clock|am\b|pm\b|days?|hours?|hrs?|mins?|"
    r"minutes?|weeks?|wks?|months?|mths?|mnths?|k\b|quid|pounds?|p\b|%|miles?|km|people|friends?|stone|st\b|foot|ft|"
    r"feet|th\b|nd\b|rd\b|points?|grand|bed|beds|boys|girls|sons|daughters|nights?|sisters?|brothers?|schools?|"
    r"jobs?|in a row|lots?|[a-z]?\d|[.:,/]\d|['\u2019]|to\s+\d|terms?|hundred|thousand))(?![\w£$€])"
)

_YEARS_AND_MONTHS = re.compile(rf"{_START}{_N}\s*-?{_YEAR}(?:\s*,?\s*(?:and\s*)?)(?P<m>\d{{1,2}})\s*-?{_MONTH}\b")
_YEARS_OLD = re.compile(
    rf"{_START}{_N}{_HALF}(?:\s*(?:and|&|n|or|-|to)\s*\d{{1,2}})?[\s-]*"
    rf"(?:{_YEAR}s?[\s.-]*olds?|y/?o\b|yo\b|yr\b|yrs\b(?!\s*(?:ago|later|now))|y\b)"
)
_YEARS_PLAIN = re.compile(rf"{_START}{_N}{_HALF}[\s-]*years?\s+(?:of age|boy|girl|son|daughter)\b")
_MONTHS_OLD = re.compile(rf"{_START}{_N}{_HALF}[\s-]*{_MONTH}[\s.-]*(?:olds?|of age|baby|girl|boy)\b")
_WEEKS_OLD = re.compile(rf"{_START}{_N}[\s-]*{_WEEK}[\s.-]*(?:olds?|baby)\b")
_DAYS_OLD = re.compile(rf"{_START}{_N}[\s-]*days?[\s-]*old\b")
_AGED = re.compile(rf"\b(?:aged?|ages)\s*:?\s*{_N}{_HALF}(?!\s*{_MONTH}){_NOT_AGE}")
_AGED_MONTHS = re.compile(rf"\b(?:aged?|{_WHO}{_IS}{_ABOUT})\s+{_N}\s*{_MONTH}\b(?!\s*(?:pregnant|ago|late|gone))")
_WHO_IS = re.compile(rf"(?<!\w){_WHO}{_IS}{_ABOUT}\s*[,(]?\s*{_N}{_HALF}{_NOT_AGE}")
_SCHOOL_YEAR = re.compile(
    r"(?<!this )(?<!last )(?<!next )(?<!every )(?<!a )(?<!per )(?<!\d )\b(?:year|yr|y)\s?(?P<n>\d{1,2})\b"
    r"(?!\s*(?:kids|old|yr|year))"
)
_CHILD_IN_YEAR = re.compile(
    r"\b(?:in\s+)?(?:a\s+)?(?:year|yr)\s?(?P<n>\d{1,2})\s+(?:boy|girl|son|daughter|pupil|child|student)\b"
)
_RECEPTION = re.compile(r"\b(?:in|starting|starts|start)\s+reception\b|\breception\s+(?:class|child|age|place)\b")
_NEWBORN = re.compile(r"\bnew\s?-?born\b|\bjust (?:been )?born\b")
_AGO_ABROAD = r"(?<!hace )(?<!depuis )(?<!há )"
_ABROAD_YEARS = re.compile(
    rf"{_AGO_ABROAD}{_START}(?P<n>\d{{1,2}})\s*"
    r"(?:años?|anos?|ans|anni|anno|lata?|lat|roku|rok|sano|jir|سنوات|سنة|سال)(?!\w)"
)
_ABROAD_MONTHS = re.compile(
    rf"{_AGO_ABROAD}{_START}(?P<n>\d{{1,2}})\s*"
    r"(?:mois|meses|mes|mesi|mese|miesięcy|miesiące|bilood|bilo|أشهر|شهور|ماہ)(?!\w)"
)
_ALONE = re.compile(rf"^[^\w£$€]*{_N}{_HALF}\s*(?P<unit>{_YEAR}|{_MONTH}|{_WEEK})?\W*$")


def read_age(text: str) -> float | None:
    """The age in years of the first child the words give an age for, or None.

    "my 4yr old" is 4, "18 months" 1.5, "2 and a half" 2.5, "newborn" 0. A school year of England is the age at which
    it starts: year 6 is 10, reception is 4. Counts, prices, times and postcodes are not ages.
    """
    words = " ".join(text.casefold().split())
    alone = _alone(words)
    if alone is not None:
        return _kept(alone)
    if (both := _YEARS_AND_MONTHS.search(words)) is not None:
        return _kept(_number(both["n"]) + int(both["m"]) / 12)
    earliest: tuple[int, float] | None = None
    for pattern, size in _READERS:
        for found in pattern.finditer(words):
            years = _kept(_value(found, size))
            if years is not None and (earliest is None or found.start("n") < earliest[0]):
                earliest = (found.start("n"), years)
            if years is not None:
                break
    if earliest is not None:
        return earliest[1]
    for pattern in (_CHILD_IN_YEAR, _SCHOOL_YEAR):
        if (found_year := pattern.search(words)) is not None and 1 <= int(found_year["n"]) <= 13:
            return float(int(found_year["n"]) + 4)
    if _RECEPTION.search(words):
        return 4.0
    return 0.0 if _NEWBORN.search(words) else None


_READERS = (
    (_YEARS_OLD, 1.0),
    (_YEARS_PLAIN, 1.0),
    (_MONTHS_OLD, 1 / 12),
    (_WEEKS_OLD, 7 / 365.25),
    (_DAYS_OLD, 1 / 365.25),
    (_AGED, 1.0),
    (_AGED_MONTHS, 1 / 12),
    (_WHO_IS, 1.0),
    (_ABROAD_YEARS, 1.0),
    (_ABROAD_MONTHS, 1 / 12),
)


def _alone(words: str) -> float | None:
    """A number that is the whole message answers "how old?"."""
    found = _ALONE.match(words)
    if found is None:
        return None
    unit = found["unit"] or "y"
    size = 1.0 if unit[0] == "y" else 1 / 12 if unit[0] == "m" else 7 / 365.25
    return _value(found, size)


def _value(found: re.Match[str], size: float) -> float:
    number = _number(found["n"])
    if (found.groupdict().get("about") or "").strip() in {"nearly", "almost"}:
        number -= 0.1
    if found.groupdict().get("half"):
        number += 0.5
    return number * size


def _number(word: str) -> float:
    return float(_WORDS[word]) if word in _WORDS else float(word)


def _kept(years: float) -> float | None:
    return round(years, 2) if 0 <= years <= OLDEST else None
