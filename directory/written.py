"""An entry as somebody wrote it in a form: the same rules as a row of the sheet, with every fault told at once."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Final, cast

from directory.cleaning import Cleaner
from directory.service import ACCEPTING, Accepting, Service
from directory.sheet import sheet_cells

FIELDS: Final = (
    "name", "description", "phone", "email", "url", "needs", "min_age", "max_age", "cost", "languages",
    "accessibility", "refer", "accepting",
)  # fmt: skip
LONGEST_BESIDE: Final = 2000
_LONGEST: Final = {"name": 200, "description": 5000, "refer": 1000}


class NotSo(ValueError):
    """What was written cannot be. `faults` are sentences by field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = dict(faults)


def cells_of(service: Service) -> dict[str, str]:
    """What the form shows of it."""
    cells = sheet_cells(service)
    return {name: cells[name] for name in FIELDS}


def written(
    service: Service, given: Mapping[str, str], *, needs: Collection[str] | None, on: date,
    beside: Mapping[str, str] | None = None,
) -> Service:  # fmt: skip
    """The entry with the fields of `given`; one that is not given stays. Raises NotSo with every fault.

    `needs` are the ids there are (None: not checked). `on` is today: whether there is room has a day of its own, which
    moves where somebody says something new of it. `beside` is what was written in the same form and stands in no entry:
    words, whose length alone is checked.
    """
    faults = {
        name: f"Use at most {LONGEST_BESIDE} letters."
        for name, words in (beside or {}).items() if len(words) > LONGEST_BESIDE
    }  # fmt: skip
    said = {**cells_of(service), **{name: given[name] for name in FIELDS if name in given}}
    texts = {name: Cleaner().text(cell, name) for name, cell in said.items()}
    for name, text in texts.items():
        most = _LONGEST.get(name, 500)
        if len(text) > most:
            faults[name] = f"Use at most {most} letters."
    if not texts["name"]:
        faults["name"] = "Enter the name."
    low, high = _age(texts, "min_age", faults), _age(texts, "max_age", faults)
    if low is not None and high is not None and low > high:
        faults["max_age"] = "The oldest age is below the youngest."
    if texts["email"] and ("@" not in texts["email"] or " " in texts["email"]):
        faults["email"] = "Enter an email address, such as name@example.org."
    url = texts["url"]
    if url and "://" not in url:
        url = f"https://{url}"
    if url and not (url.startswith(("http://", "https://")) and "." in url and " " not in url):
        faults["url"] = "Enter a web address, such as www.example.org."
    accepting = texts["accepting"] or "unknown"
    if accepting not in ACCEPTING:
        faults["accepting"] = "Choose whether they take people."
    asked = _list(texts["needs"])
    if needs is not None and (unknown := [need for need in asked if need not in needs]):
        faults["needs"] = f"There is no need {', '.join(unknown)}."
    if not (texts["phone"] or url or texts["email"] or texts["refer"] or service.locations):
        faults["phone"] = "Give one way to get in touch: a telephone, a website, an email or words."
    if faults:
        raise NotSo(faults)
    return replace(
        service,
        name=texts["name"],
        description=texts["description"],
        phone=texts["phone"] or None,
        email=texts["email"] or None,
        url=url or None,
        needs=asked,
        min_age=low,
        max_age=high,
        cost=texts["cost"] or None,
        languages=tuple(code.lower() for code in _list(texts["languages"])),
        accessibility=_list(texts["accessibility"]),
        refer=texts["refer"],
        accepting=cast("Accepting", accepting),
        accepting_on=service.accepting_on if accepting == service.accepting else on,
    )


def rebased(standing: Service, before: Service, wanted: Service, *, on: date) -> Service:
    """What `wanted` changed of `before`, written over the entry as it stands now; all else stays as it stands.

    Raises NotSo where the two no longer fit together. `on` is the day on which it was wanted.
    """
    old, new = cells_of(before), cells_of(wanted)
    changed = {name: cell for name, cell in new.items() if cell != old[name]}
    return written(standing, changed, needs=None, on=on) if changed else standing


def _age(texts: Mapping[str, str], name: str, faults: dict[str, str]) -> float | None:
    if not texts[name]:
        return None
    clean = Cleaner()
    years = clean.age(texts[name], name)
    if years is None:
        faults[name] = "Enter an age in years, such as 4 or 0.5."
    return years


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))
