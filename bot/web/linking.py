"""Numbers people can press and addresses they can trust, in our own words: escaped piece by piece, then linked."""

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from messages.addresses import read_phone

_LINK = Markup('<a class="govuk-link app-number" href="tel:{}">{}</a>')
# 999 and 112 are never anything else in what we say; 111, 101 and 119 only after a word that says to ring them
# (Arabic joins a small word to a number with a tatweel, which is no letter of a longer number); Childline's has eight
_SHORT = r"(?<![.,£/+-])(?<![^\W\u0640])(?:999|112|116[ ]?\d{3}|0800[ ]?1111)(?![\w%/]|[.,]\d)"
_TOLD = r"(?:(?<=call )|(?<=ring )|(?<=dial )|(?<=phone )|(?<=telephone )|(?<=NHS ))(?:111|101|119)(?![\w%/]|[.,]\d)"
_LONG = r"(?<![\w.,£/+-])(?:\+44[ ]?(?:\(0\))?|0)(?:[ -]?\d){9,10}(?!\w)"
_NUMBERS = re.compile(f"{_SHORT}|{_TOLD}|{_LONG}", re.IGNORECASE)


def linked(text: str) -> Markup:
    """The text escaped, each telephone number in it a `tel:` link. What only looks like a number stays text."""
    made, end = [], 0
    for match in _NUMBERS.finditer(text):
        target = _target(match[0])
        if target is None:
            continue
        made += [escape(text[end : match.start()]), _LINK.format(target, match[0])]
        end = match.end()
    return Markup("").join([*made, escape(text[end:])])


def _target(written: str) -> str | None:
    if len(written) <= len("0800 1111"):
        return written.replace(" ", "")
    return read_phone(written.replace("(0)", "")).e164


def web_link(address: str | None) -> tuple[str, str] | None:
    """Where a directory entry's address goes and the site's name to show; None for what is no web page.

    An import may hold anything: only http and https are ever linked, so that no `javascript:` reaches a page.
    """
    if not address:
        return None
    written = address.strip()
    written = written if "://" in written else f"https://{written}"
    try:
        parts = urlsplit(written)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or "." not in host or parts.username is not None:
        return None
    return written, host.removeprefix("www.")
