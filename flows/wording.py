"""What texts say: by id, in each language, with dates and times as people write them. The one door to babel."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po

from flows.effects import Value

LONDON = ZoneInfo("Europe/London")
# Right to left, a number's groups change places (Unicode Standard Annex 9, rules W2 and N1): "116 123" would be read,
# and dialled, as 123 116. Without its spaces a number stays whole.
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "fa", "he", "ps", "sd", "ur", "yi"})
SPACED_NUMBER = re.compile(r"\+?[0-9]+(?: [0-9]+)+")
# Where the locale's own order lacks the small word that people write between day and month.
_DATES: Mapping[str, str] = {"en": "EEEE d MMMM", "es": "EEEE, d 'de' MMMM", "pt": "EEEE, d 'de' MMMM"}
_YEARS: Mapping[str, str] = {"es": " 'de' y", "pt": " 'de' y"}
FAR = timedelta(days=300)  # about ten months: "1 September", said in October, could be taken for the one just gone by
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class UnknownTextError(KeyError):
    """No text has this id. Ours or an author's to mend: content is refused at load when a flow lacks one."""


def catalog(po: str, *, checked: bool = True) -> Mapping[str, str]:
    """A gettext catalogue (the text of a .po file) as English to translation, empty ones left out.

    A translation is checked when a speaker has taken away its flag `fuzzy`, gettext's own mark for work not yet
    looked over. Those still flagged are the other half, told by `checked=False`.
    """
    return {
        message.id: message.string
        for message in read_po(StringIO(po))
        if isinstance(message.id, str) and message.id and isinstance(message.string, str) and message.string
        if message.fuzzy != checked
    }


def placeholders(english: str) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(english))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Texts by id in English, catalogues by language, and the values every text may use (service, phone ...).

    `drafts` are translations that no speaker has checked: said only with the English beside them.
    """

    texts: Mapping[str, str]
    catalogs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)
    drafts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def has(self, text_id: str) -> bool:
        return text_id in self.texts

    def needs(self, text_id: str) -> frozenset[str]:
        """The values a text takes from its step: its placeholders without the shared ones."""
        return placeholders(self.texts.get(text_id, "")) - self.shared.keys()

    def label(self, english: str, language: str = "en") -> str:
        """A choice's label, or any English source text, in a language; English where it is not translated."""
        return self.catalogs.get(language, {}).get(english, english)

    def render(self, text_id: str, values: Mapping[str, Value], language: str = "en", today: date | None = None) -> str:
        """The words to send. Raises UnknownTextError; a value that is missing leaves nothing behind it.

        `today` is the local date on which they are read: what lies far after it is said with its year.

        Content that names an unknown value is refused at load. The blank is for wording that is newer than the
        flow it is said in: a gap reads better than a brace, and an error would lose the reply.
        """
        english = self._english(text_id)
        words = self.catalogs.get(language, {}).get(english)
        if words is None:  # said in English, so its dates are English too
            words, language = english, "en"
        return self._filled(words, values, language, today)

    def render_beside(
        self,
        text_id: str,
        values: Mapping[str, Value],
        language: str,
        *,
        chosen: bool = True,
        today: date | None = None,
    ) -> tuple[tuple[str, str], ...]:
        """What to send, in turn, each with its language: theirs, then the English.

        The English is left out where a speaker has checked the translation and the family chose the language; a
        language only guessed from a few words (`chosen` false) may be the wrong one. No translation: English alone.
        """
        english = self._english(text_id)
        checked = self.catalogs.get(language, {}).get(english)
        words = checked or self.drafts.get(language, {}).get(english)
        in_english = ("en", self._filled(english, values, "en", today))
        if words is None:
            return (in_english,)
        theirs = (language, self._filled(words, values, language, today))
        return (theirs,) if checked is not None and chosen else (theirs, in_english)

    def _english(self, text_id: str) -> str:
        try:
            return self.texts[text_id]
        except KeyError:
            raise UnknownTextError(text_id) from None

    def _filled(self, words: str, values: Mapping[str, Value], language: str, today: date | None) -> str:
        return PLACEHOLDER.sub(lambda match: self._value(match[1], values, language, today), words)

    def _value(self, name: str, values: Mapping[str, Value], language: str, today: date | None) -> str:
        value = values.get(name, self.shared.get(name, ""))
        if isinstance(value, datetime):
            return say_moment(value, language)
        if isinstance(value, date):
            return say_date(value, language, today)
        if language in RIGHT_TO_LEFT and SPACED_NUMBER.fullmatch(str(value)):
            return str(value).replace(" ", "")
        return str(value)


def say_moment(at: datetime, language: str = "en", tz: ZoneInfo = LONDON) -> str:
    """An instant as people say it: "10am on Monday 23 November" in English, the locale's own order elsewhere."""
    local = at.astimezone(tz)
    if language == "en":
        return f"{_clock(local)} on {say_date(local.date())}"
    locale = _locale(language)
    return f"{say_date(local.date(), language)}, {format_time(local, 'short', tzinfo=tz, locale=locale)}"


def say_time(at: datetime, tz: ZoneInfo = LONDON) -> str:
    """The time of day of an instant, in English: "5pm", "9:30am", "12 noon"."""
    return _clock(at.astimezone(tz))


def say_date(on: date, language: str = "en", today: date | None = None) -> str:
    """A local date with its weekday, "Monday 23 November"; with its year where that is far after `today`."""
    year = _YEARS.get(language, " y") if today is not None and on - today > FAR else ""
    return format_date(on, _DATES.get(language, "EEEE, d MMMM") + year, locale=_locale(language))


def _clock(local: datetime) -> str:
    if (local.hour, local.minute) == (12, 0):
        return "12 noon"
    if (local.hour, local.minute) == (0, 0):
        return "midnight"
    hour = local.hour % 12 or 12
    half = "am" if local.hour < 12 else "pm"
    return f"{hour}{half}" if local.minute == 0 else f"{hour}:{local.minute:02}{half}"


def _locale(language: str) -> Locale:
    try:
        return Locale.parse("en_GB" if language == "en" else language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
