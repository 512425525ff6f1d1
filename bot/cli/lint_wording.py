"""What `thrive lint` sees in translations and helplines: missing, too long to send, not looked at for long."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import product
from pathlib import Path

from bot.content import Compiled
from bot.content.compiling import HELPLINES
from flows.wording import Wording, say_moment
from messages.fitting import MOST_SEGMENTS, fitted
from messages.sms import segments
from scheduler.localtime import LONDON

CHECKED_DAYS = 365  # a helpline is called, or its page opened, once a year
SAFETY = "safety."


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A warning: the file it is in, its line (0 where that is not known), the text or key, the rule and the words."""

    file: str
    line: int
    node: str
    rule: str
    message: str


def in_translations(root: Path, compiled: Compiled) -> Iterator[Seen]:
    """Safety texts of each language that take too many texts, or that nobody has translated."""
    wording = compiled.wording
    for language in sorted(wording.catalogs.keys() | wording.drafts.keys()):
        file = f"wording/{language}.po"
        lines = (root / file).read_text("utf-8").splitlines()
        known: Mapping[str, str] = {**wording.drafts.get(language, {}), **wording.catalogs.get(language, {})}
        for text_id in (text_id for text_id in wording.texts if text_id.startswith(SAFETY)):
            marker = f"#. {text_id}"
            line = lines.index(marker) + 1 if marker in lines else 0
            if wording.texts[text_id] not in known:
                told = f"{text_id} has no translation of its English as it now stands: it is said in English"
                yield Seen(file=file, line=line, node=text_id, rule="untranslated", message=told)
                continue
            count = segments(fitted(longest(wording, text_id, language)))
            if count > MOST_SEGMENTS:
                told = f"{text_id} takes {count} texts to send; the most is {MOST_SEGMENTS}"
                yield Seen(file=file, line=line, node=text_id, rule="too-long", message=told)


def in_helplines(
    compiled: Compiled, lines: Mapping[tuple[str, tuple[str | int, ...]], int], today: date
) -> Iterator[Seen]:
    """Helplines nobody has looked at for a year."""
    for key, helpline in compiled.helplines.items():
        if today - helpline.checked_on > timedelta(days=CHECKED_DAYS):
            told = f"{helpline.name}, {helpline.number}, was last checked on {helpline.checked_on}: over a year ago"
            line = lines.get((HELPLINES, (key,)), 0)
            yield Seen(file=HELPLINES, line=line, node=key, rule="unchecked", message=told)


def longest(wording: Wording, text_id: str, language: str) -> str:
    """A safety text in a language with the longest moment that it can be given."""
    ((_, words), *_) = wording.render_beside(text_id, {"look_by": longest_moment(language)}, language)
    return words


@lru_cache
def longest_moment(language: str) -> datetime:
    """Of all weekdays and months, morning and afternoon, the moment that takes the most letters to say."""
    # Seven days from the 20th hold every weekday with a day of two figures.
    days = (datetime(2026, month, day, hour, 45, tzinfo=LONDON) for month, day, hour in _MOMENTS)
    return max(days, key=lambda at: len(say_moment(at, language)))


_MOMENTS = list(product(range(1, 13), range(20, 27), (10, 22)))
