"""Why a service was suggested, in plain words that a family can check for themselves."""

from collections.abc import Mapping, Sequence

from directory.needs import HELPS_WITH
from directory.places import Place
from directory.service import Service

_LANGUAGES = {
    "ar": "Arabic", "bn": "Bengali", "en": "English", "es": "Spanish", "fa": "Farsi", "fr": "French", "it": "Italian",
    "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "so": "Somali",
    "ta": "Tamil", "ti": "Tigrinya", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
}  # fmt: skip
YOUNG_PEOPLE_FROM = 11.0


def reasons(
    service: Service,
    *,
    needs: Sequence[str],
    labels: Mapping[str, str],
    words: Sequence[str],
    age: float | None,
    distance: float | None,
    near: str | None,
    place: Place | None,
    language: str | None,
) -> tuple[str, ...]:
    """The reasons, most telling first: the need, the words, the age, the distance or area, language, cost, room."""
    why = [helps_with(need, labels) for need in needs]
    if words:
        why.append("matches " + ", ".join(f"'{word}'" for word in words))
    if age is not None and (fits := _ages(service)) is not None:
        why.append(fits)
    why.extend(_where(service, distance, near, place))
    if language and language != "en" and language in service.languages:
        why.append(f"in {_LANGUAGES.get(language, language)}")
    if service.free:
        why.append("free")
    if service.accepting == "waiting-list":
        why.append("there is a waiting list")
    elif service.accepting == "full":
        why.append("full just now: ask when there will be room")
    return tuple(why)


def helps_with(need: str, labels: Mapping[str, str]) -> str:
    """The need in a family's words; else its label with capitals only for names; else its id."""
    words = HELPS_WITH.get(need)
    if words is None:
        label = labels.get(need) or need.replace("-", " ")
        first = label.split(" ", maxsplit=1)[0]
        words = label[0].lower() + label[1:] if first[1:].replace("'", "").islower() else label
    return f"helps with {words}"


def _ages(service: Service) -> str | None:
    low, high = service.min_age, service.max_age
    if low is None and high is None:
        return None
    whom = "young people" if low is not None and low >= YOUNG_PEOPLE_FROM else "children"
    if high is None:
        return f"for {whom} aged {low:g} and over"
    if high != int(high) or (low is not None and low != int(low)):
        return f"for {whom} aged {round((low or 0) * 12)} to {round(high * 12)} months"
    return f"for {whom} aged {low or 0:g} to {high:g}" if low != high else f"for {whom} aged {high:g}"


def _where(service: Service, distance: float | None, near: str | None, place: Place | None) -> list[str]:
    if distance is not None and place is not None:
        return [f"{distance:.1f} km from {place.read_as}" if distance else f"right by {place.read_as}"]
    if near is not None:
        return [f"near {near}"]
    areas = [area for area in service.service_areas if area.code]
    if place is None:
        areas = [area for area in areas if area.national]
    else:
        areas = [area for area in areas if area.code == place.lad_code] or [area for area in areas if area.national]
    return [f"covers all of {areas[0].name}"] if areas else []
