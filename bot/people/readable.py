"""The same export as one page to read or print: no script, nothing fetched, every value escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

TITLES: Final[Mapping[str, str]] = {
    "about_you": "About you",
    "where_we_reach_you": "Where we reach you",
    "messages": "Messages",
    "plans": "What we planned to write to you about",
    "check_ins": "Check-ins, each with what became of it",
    "scores": "How you said things were, 0 to 10",
    "wishes": "How often you asked to hear from us",
    "cases": "What came before a person of the team",
    "contacts_of_the_team": "Telephone calls, visits and advice that the team noted",
    "marks_of_the_team": "Where the team marked how the service had read your words",
    "consents": "What you agreed to, and when",
    "holds": "Times when nothing was sent",
    "feedback": "What you told us of this service",
    "held_back": "What is held back",
}
STYLE: Final = (
    "body{font:1rem/1.5 sans-serif;color:#0b0c0c;max-width:48rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:2rem}h2{font-size:1.5rem;margin-top:2.5rem}"
    "dl{border-top:1px solid #b1b4b6;padding:.5rem 0;margin:0}dt{font-weight:bold}"
    "dd{margin:0 0 .5rem;overflow-wrap:anywhere;white-space:pre-wrap}dd dl{margin-left:1rem}"
    "@media print{body{max-width:none}dl{break-inside:avoid}}"
)
# The page works from a file: it may load and run nothing.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page(record: Mapping[str, Any]) -> str:
    """A whole HTML document."""
    service, council = escape(str(record["service"])), escape(str(record["council"]))
    made_on, reference = escape(str(record["made_at"])[:10]), escape(str(record["reference"]))
    parts = [f"<p>Reference {reference}. Made on {made_on} by {council}.</p>"]
    for name, title in TITLES.items():
        parts.append(f"<h2>{title}</h2>\n{_value(record.get(name)) or '<p>Nothing.</p>'}")
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
        f"<title>What {service} holds about you</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>What {service} holds about you</h1>\n" + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"
    )


def _value(value: Any) -> str:
    """A mapping as a description list, a list as one after the other; nothing of what is empty."""
    if isinstance(value, Mapping):
        lines = [(name, _value(inner)) for name, inner in value.items()]
        told = "".join(f"<dt>{escape(_label(name))}</dt><dd>{inner}</dd>" for name, inner in lines if inner)
        return f"<dl>{told}</dl>" if told else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_value(one) if isinstance(one, Mapping) else f"<p>{_value(one)}</p>" for one in value)
    return "" if value is None else escape(str(value))


def _label(name: str) -> str:
    text = str(name).replace("_", " ")
    return text[:1].upper() + text[1:]
