"""What is different between two versions of an entry, field by field, in words that staff and providers read."""

from dataclasses import dataclass, replace
from typing import Final

from directory.service import Service
from directory.sheet import sheet_cells

# The columns of the sheet that say anything to a person, with their labels; venues are told as a whole.
LABELS: Final = {
    "name": "Name",
    "organisation": "Organisation",
    "organisation_url": "The organisation's website",
    "charity_number": "Charity number",
    "description": "What it offers",
    "url": "Website",
    "phone": "Telephone",
    "email": "Email",
    "needs": "Needs",
    "min_age": "Youngest age",
    "max_age": "Oldest age",
    "cost": "Cost",
    "languages": "Languages",
    "accessibility": "Access",
    "refer": "How to get in touch or be referred",
    "accepting": "Taking people",
    "accepting_on": "Told so on",
    "status": "Status",
    "areas": "Areas",
    "council_only": "For the council's residents alone",
    "hours": "Hours",
    "venue": "Venue",
    "address": "Address",
    "postcode": "Postcode",
    "venue_access": "Access to the venue",
    "assured_on": "Last checked on",
}

VENUE: Final = ("venue", "address", "postcode", "hours", "venue_access")
# Said also where there is nothing: that families are told none of it is what somebody who checks must see.
ALWAYS: Final = ("description", "phone", "email", "url", "hours", "cost", "refer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One field of an entry, its cell perhaps empty. `field` is its column in the sheet."""

    field: str
    label: str
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that changed. `field` is its column in the sheet; an empty side said nothing."""

    field: str
    label: str
    before: str
    after: str


def told(service: Service) -> tuple[Told, ...]:
    """Every field that says anything to a person, in the order of the sheet; then each venue with its own hours.

    That it is active, as every entry that is shown, says nothing.
    """
    own = sheet_cells(replace(service, locations=()))
    if own["status"] == "active":
        del own["status"]
    always = [name for name in ALWAYS if name != "hours" or not service.locations]
    found = [(name, own.get(name, "")) for name in LABELS if own.get(name) or name in always]
    for venue in service.locations:
        cells = sheet_cells(replace(service, locations=(venue,), hours=(), hours_note=""))
        found += [
            (name, cells.get(name, ""))
            for name in VENUE if cells.get(name) or (name == "hours" and not own.get("hours"))
        ]  # fmt: skip
    return tuple(Told(field=name, label=LABELS[name], cell=cell) for name, cell in found)


def differences(before: Service, after: Service) -> tuple[Difference, ...]:
    """Every field that reads differently, in the order of the sheet."""
    old, new = sheet_cells(before), sheet_cells(after)
    return tuple(
        Difference(field=name, label=label, before=old.get(name, ""), after=new.get(name, ""))
        for name, label in LABELS.items()
        if old.get(name, "") != new.get(name, "")
    )
