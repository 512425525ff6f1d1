"""What every template has: the names of the service, `_()` in the reader's language, dates as people say them.

The language of an answer is `flask.g.language`, which a page sets before it renders; English where it does not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, g

from flows.wording import RIGHT_TO_LEFT, say_date, say_moment

Catalogs = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What pages call things. `phase` stands before the words in the phase banner; None leaves the banner out."""

    service: str
    council: str
    phase: str | None = None


def dress(app: Flask, *, names: Names, catalogs: Callable[[], Catalogs]) -> None:
    """Give the templates of `app` their names and filters.

    `catalogs` gives the newest published translations, language to English to words; it is asked at each rendering,
    so that what an author publishes is what the next page says.
    """
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.autoescape = True

    def gettext(english: str) -> str:
        return catalogs().get(language(), {}).get(english, english)

    def ngettext(singular: str, plural: str, n: int) -> str:
        return gettext(singular if n == 1 else plural)

    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(names=names, language=language, direction=direction)
    app.jinja_env.filters.update(moment=moment, day=day)


def language() -> str:
    return str(g.get("language", "en"))


def direction() -> str:
    """`ltr` or `rtl`, as the language of the answer is written; `ur-Latn`, in Latin script, runs left to right."""
    return "rtl" if language() in RIGHT_TO_LEFT else "ltr"


def moment(at: datetime) -> str:
    """An instant for people: "10am on Monday 23 November"."""
    return say_moment(at, language())


def day(on: date) -> str:
    """A date for people."""
    return say_date(on, language())
