"""Feeds are dirty: markup, doubly encoded text and impossible values put right, each with its reason."""

import re
from datetime import UTC, date, datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any, cast

from directory.service import Day, Opening

_MARKUP = re.compile(r"<(?:[a-zA-Z][^<>]*|/[a-zA-Z][^<>]*|!--.*?--)>", re.DOTALL)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,5}|#x[0-9a-fA-F]{2,4});")
# UTF-8 read as Windows-1252 leaves runs behind that begin so for Latin letters, punctuation and emoji; other beginnings
# are left alone, for they are as likely meant. A lone "\u00c2" before a space was a no-break space.
_TAIL = "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
_TWICE_ENCODED = re.compile(f"[\u00c2-\u00c5]{_TAIL}|\u00e2{_TAIL}{{2}}|\u00f0{_TAIL}{{3}}|\u00c2(?=[ \n]|$)")
_BLOCKS = frozenset({"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table"})
_TIME = re.compile(r"^(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))?(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?$")
LAST_BYTE = 0xFF
_DAY_NAMES: dict[str, Day] = {
    "monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR", "saturday": "SA",
    "sunday": "SU",
}  # fmt: skip


class _ToText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in {"script", "style"}:
            self._hidden += 1
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


class Cleaner:
    """Cleans one record and remembers what it had to put right, in `repairs`."""

    def __init__(self) -> None:
        self.repairs: list[str] = []

    def note(self, repair: str) -> None:
        if repair not in self.repairs:
            self.repairs.append(repair)

    def text(self, value: Any, name: str) -> str:
        """Plain text: no markup, entities or control characters; lines kept. Nothing is cut."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.note(f"{name}: {type(value).__name__} read as text")
            value = str(value)
        text: str = value
        if _MARKUP.search(text) or _ENTITY.search(text):
            text = _without_markup(text)
            self.note(f"{name}: markup made plain")
        mended = _TWICE_ENCODED.sub(_encoded_once, text)
        if mended != text:
            text = mended
            self.note(f"{name}: doubly encoded characters put right")
        return _tidy(text)

    def maybe(self, value: Any, name: str) -> str | None:
        return self.text(value, name) or None

    def age(self, value: Any, name: str) -> float | None:
        """Years. -1 and the like mean "not said" in the feeds we know; over 100 there is no upper limit."""
        if value is None or value == "":
            return None
        try:
            years = float(value)
        except (TypeError, ValueError):
            self.note(f"{name}: {value!r} is not an age: left out")
            return None
        if not 0 <= years <= 120:
            self.note(f"{name}: {value} left out")
            return None
        return years

    def day(self, value: Any, name: str) -> date | None:
        if not value:
            return None
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            self.note(f"{name}: {value!r} is not a date: left out")
            return None

    def instant(self, value: Any, name: str) -> datetime | None:
        """Aware, UTC. A time with no zone is taken as UTC, as Open Referral UK's own examples are."""
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.note(f"{name}: {value!r} is not a time: left out")
            return None
        if moment.tzinfo is None:
            self.note(f"{name}: no time zone, read as UTC")
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)

    def degrees(self, lat: Any, lon: Any) -> tuple[float, float] | tuple[None, None]:
        """A point in or near the United Kingdom, or none: a service is never drawn in the sea off Africa."""
        if lat is None or lon is None or lat == "" or lon == "":
            return None, None
        try:
            north, east = float(lat), float(lon)
        except (TypeError, ValueError):
            north, east = 0.0, 0.0
        if 49 <= north <= 61 and -9 <= east <= 2.5:
            return north, east
        self.note(f"point {lat}, {lon} is not in the United Kingdom: left out")
        return None, None

    def opening(self, day: str, opens: Any, closes: Any) -> Opening | None:
        """One opening; None, and a note, where the hours cannot be."""
        code = _DAY_NAMES.get(day.strip().lower(), day.strip().upper()[:2])
        first, last = clock_time(opens), clock_time(closes)
        if code not in _DAY_NAMES.values() or first is None or last is None or first >= last:
            self.note(f"hours {day} {opens}-{closes}: left out")
            return None
        return Opening(day=cast("Day", code), opens=first, closes=last)


def clock_time(value: Any) -> str | None:
    """ "9:00", "09.00", "09:00:00Z" as "09:00"; None where it is no time of day."""
    found = _TIME.match(str(value).strip()) if value is not None else None
    if found is None or int(found["m"] or 0) > 59 or int(found["h"]) * 60 + int(found["m"] or 0) > 24 * 60:
        return None
    return f"{int(found['h']):02d}:{found['m'] or '00'}"


def _encoded_once(run: re.Match[str]) -> str:
    """The one character a run stood for; the run itself where it stands for none."""
    raw = bytearray()
    for char in run[0]:
        try:
            raw += char.encode("cp1252")
        except UnicodeEncodeError:
            if ord(char) > LAST_BYTE:
                return run[0]
            raw.append(ord(char))  # bytes that Windows-1252 leaves undefined
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "" if run[0] == "\u00c2" else run[0]


def _without_markup(text: str) -> str:
    parser = _ToText()
    parser.feed(text)
    parser.close()
    return unescape("".join(parser.parts))


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").replace("\t", " ")
    text = "".join(char for char in text if char == "\n" or (char.isprintable() and not 0xD800 <= ord(char) <= 0xDFFF))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
