"""Open Referral UK 1.0 and Outpost's shape, each turned into the record of Open Referral UK 3.0 that it stands for.

1.0: https://developers.openreferraluk.org and the JSON schemas of its specification. Outpost is the directory software
of several councils' family information services; its API has a shape of its own. What has no place in 3.0, or was
guessed, is noted by the `Cleaner` as any repair is; what is only called otherwise is not.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal

from directory.cleaning import Cleaner
from directory.taxonomies import ACCESS_TAXONOMY, made_id

Shape = Literal["3.0", "1.0", "outpost"]

_ONE_POINT_NOUGHT: Final = frozenset(
    {"service_taxonomys", "eligibilitys", "regular_schedules", "holiday_schedules", "attending_type",
     "attending_access", "deliverable_type"}
)  # fmt: skip
# Languages that feeds name in words; a code is taken as it stands.
_LANGUAGES: Final = {
    "albanian": "sq", "arabic": "ar", "bengali": "bn", "british sign language": "bfi", "bsl": "bfi", "chinese": "zh",
    "english": "en", "farsi": "fa", "french": "fr", "german": "de", "gujarati": "gu", "hindi": "hi", "italian": "it",
    "pashto": "ps", "persian": "fa", "polish": "pl", "portuguese": "pt", "punjabi": "pa", "romanian": "ro",
    "russian": "ru", "somali": "so", "spanish": "es", "tamil": "ta", "tigrinya": "ti", "turkish": "tr",
    "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "welsh": "cy",
}  # fmt: skip
_ATTENDING: Final = {
    "referral": "You need to be referred.",
    "self referral": "You can refer yourself.",
    "appointment": "Make an appointment first.",
    "membership": "You need to be a member.",
    "drop-in": "Drop in: no appointment is needed.",
}
_MASKED: Final = "***"


def shape_of(record: Mapping[str, Any]) -> Shape:
    """Which shape a record is in: told by the keys that only one of them has."""
    if "organisation" in record and "organization" not in record:
        return "outpost"
    if not _ONE_POINT_NOUGHT.isdisjoint(record):
        return "1.0"
    places = record.get("service_at_locations")
    for place in places if isinstance(places, list) else ():
        if isinstance(place, Mapping):
            location = place.get("location")
            if "regular_schedule" in place or (isinstance(location, Mapping) and "physical_addresses" in location):
                return "1.0"
    return "3.0"


def to_three(record: Mapping[str, Any], clean: Cleaner, *, source: str, on: date | None) -> Mapping[str, Any]:
    """The record in the shape of 3.0; one that is in it already is given back as it is.

    `source` keeps one Outpost's numbers apart from another's. `on` is today, for what is shown between two days.
    Raises ValueError where the record itself says that it is not to be shown.
    """
    shape = shape_of(record)
    if shape == "outpost":
        return _from_outpost(record, clean, source, on)
    return _from_one(record, clean) if shape == "1.0" else record


def outpost_id(source: str, own: str) -> str:
    """By what id we know the entry to which this Outpost gives a number of its `own`."""
    return made_id("outpost", source, own)


def _from_one(record: Mapping[str, Any], clean: Cleaner) -> dict[str, Any]:
    places = [_place_of_one(place) for place in _mappings(record.get("service_at_locations"))]
    ages = _mappings(record.get("eligibilitys")) or _mappings(record.get("eligibilities"))
    lows, highs = ([item.get(name) for item in ages] for name in ("minimum_age", "maximum_age"))
    return {
        **record,
        "minimum_age": record.get("minimum_age") if not lows else _widest(lows, min),
        "maximum_age": record.get("maximum_age") if not highs else _widest(highs, max),
        "attributes": [
            *_mappings(record.get("attributes")),
            *(
                _attribute(item.get("taxonomy") or {}, "vocabulary")
                for item in _mappings(record.get("service_taxonomys"))
            ),
        ],
        "languages": _languages(record.get("languages"), clean),
        "schedules": [*_mappings(record.get("schedules")), *map(_schedule, _mappings(record.get("regular_schedules")))],
        "service_at_locations": places,
        "thrive_refer": record.get("thrive_refer") or _attending(record),
    }


def _place_of_one(place: Mapping[str, Any]) -> dict[str, Any]:
    location = place.get("location")
    location = location if isinstance(location, Mapping) else {}
    access = [
        {"description": item.get("accessibility")} for item in _mappings(location.get("accessibility_for_disabilities"))
    ]
    return {
        **place,
        "location": {
            **location,
            "addresses": location.get("addresses") or location.get("physical_addresses") or [],
            "accessibility": [*_mappings(location.get("accessibility")), *access],
        },
        "schedules": [
            *_mappings(place.get("schedules")),
            *map(_schedule, _mappings(place.get("regular_schedule")) or _mappings(place.get("regular_schedules"))),
        ],
    }


def _from_outpost(record: Mapping[str, Any], clean: Cleaner, source: str, on: date | None) -> dict[str, Any]:
    if record.get("discarded_at") or record.get("approved") is False or record.get("visible") is False:
        raise ValueError("its directory does not show it: discarded, hidden, or not approved")
    organisation = record.get("organisation")
    organisation = organisation if isinstance(organisation, Mapping) else {}
    contacts = _mappings(record.get("contacts"))
    emails = [item.get("email") for item in (*contacts, organisation) if item.get("email")]
    helps = [item.get("name") for key in ("send_needs", "suitabilities") for item in _mappings(record.get(key))]
    own = str(record.get("id") or "")
    return {
        "id": outpost_id(source, own) if own else "",
        "name": record.get("name"),
        "description": record.get("description"),
        "url": record.get("url") or None,
        "email": record.get("email") or (emails[0] if emails else None),
        "status": _status(record, clean, on),
        "minimum_age": record.get("min_age"),
        "maximum_age": record.get("max_age"),
        "organization": {
            "id": made_id("outpost", source, "organisation", str(organisation.get("id") or own)),
            "name": organisation.get("name"),
            "description": organisation.get("description"),
            "website": organisation.get("url"),
        },
        "contacts": [{"phones": [{"number": item.get("phone")}, *_mappings(item.get("phones"))]} for item in contacts],
        "schedules": [_schedule(item) for item in _mappings(record.get("regular_schedules"))],
        "fees": _free(record, clean),
        "cost_options": [
            {**item, "amount": _amount(item.get("amount")), "amount_description": item.get("cost_type")}
            for item in _mappings(record.get("cost_options"))
        ],
        "attributes": [
            *(
                _attribute({**item, "vocabulary": "outpost"}, "vocabulary")
                for item in _mappings(record.get("taxonomies"))
            ),
            *(_attribute({"name": name, "vocabulary": ACCESS_TAXONOMY}, "vocabulary") for name in helps if name),
        ],
        "service_at_locations": [
            _place_of_outpost(item, own, source, clean) for item in _mappings(record.get("locations"))
        ],
        "thrive_refer": _ATTENDING["referral"] if record.get("needs_referral") is True else "",
        "assured_date": record.get("assured_date"),
        "last_modified": record.get("updated_at"),
    }


def _place_of_outpost(item: Mapping[str, Any], own: str, source: str, clean: Cleaner) -> dict[str, Any]:
    """A masked address is somebody's home: neither the street nor the postcode is taken, which would lead there."""
    masked = item.get("mask_exact_address") is True or item.get("address_1") == _MASKED
    geometry = item.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
    lon, lat = point if isinstance(point, list) and len(point) == 2 else (None, None)
    address = {key: item.get(key) for key in ("address_1", "city", "postal_code")}
    if masked:
        clean.note("the address is masked: street, exact point and postcode left out")
        address, lat, lon = {"city": item.get("city")}, _rounded(lat), _rounded(lon)
    return {
        "id": made_id("outpost", source, own, str(item.get("id"))),
        "location": {
            "id": made_id("outpost", source, "location", str(item.get("id"))),
            "name": None if masked else item.get("name"),
            "latitude": lat,
            "longitude": lon,
            "addresses": [address],
            "accessibility": [{"description": one.get("name")} for one in _mappings(item.get("accessibilities"))],
        },
    }


def _status(record: Mapping[str, Any], clean: Cleaner, on: date | None) -> str:
    if record.get("temporarily_closed") is True:
        return "temporarily closed"
    first, last = (
        clean.day(record.get("visible_from"), "visible_from"),
        clean.day(record.get("visible_to"), "visible_to"),
    )
    if on is not None and last is not None and last < on:
        clean.note(f"shown until {last}: taken as ended")
        return "inactive"
    if on is not None and first is not None and first > on:
        problem = f"not to be shown before {first}"
        raise ValueError(problem)
    return "active"


def _free(record: Mapping[str, Any], clean: Cleaner) -> str | None:
    if record.get("free") is not True:
        return None
    if any(_amount(item.get("amount")) for item in _mappings(record.get("cost_options"))):
        clean.note("it says free and names a price: the price is told")
        return None
    return "Free"


def _amount(value: Any) -> float | None:
    try:
        return None if value is None or value == "" or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _schedule(item: Mapping[str, Any]) -> dict[str, Any]:
    """A regular schedule of 1.0 or Outpost. A weekday in words stands in for `byday`."""
    return {**item, "byday": item.get("byday") or item.get("weekday")}


def _attribute(term: Any, taxonomy: str) -> dict[str, Any]:
    given = term if isinstance(term, Mapping) else {}
    return {"taxonomy_term": {"name": given.get("name"), "taxonomy": given.get(taxonomy), "code": given.get("code")}}


def _languages(given: Any, clean: Cleaner) -> list[dict[str, str]]:
    found = []
    for item in _mappings(given):
        word = clean.text(item.get("code") or item.get("language"), "language").strip().lower()
        code = word if re.fullmatch(r"[a-z]{2,3}", word) and word != "bsl" else _LANGUAGES.get(word)
        if code:
            found.append({"code": code})
        elif word:
            clean.note(f"language {word!r} is not known: left out")
    return found


def _attending(record: Mapping[str, Any]) -> str:
    words = [str(record.get(key) or "").strip() for key in ("attending_access", "pc_attendingAccess_additionalInfo")]
    words[0] = _ATTENDING.get(words[0].lower(), words[0])
    return " ".join(word for word in words if word)


def _widest(ages: Iterable[Any], pick: Any) -> float | None:
    """The age that leaves nobody out: of several groups the youngest or the oldest; none where one names none."""
    found = []
    for age in ages:
        amount = _amount(age)
        if amount is None or amount < 0:
            return None
        found.append(amount)
    return float(pick(found)) if found else None


def _rounded(degrees: Any) -> float | None:
    """About a kilometre."""
    return round(degrees, 2) if isinstance(degrees, int | float) else None


def _mappings(given: Any) -> list[Mapping[str, Any]]:
    return [item for item in given if isinstance(item, Mapping)] if isinstance(given, list) else []
