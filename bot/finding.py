"""Finding help: what a family wrote, understood, joined with where they are and what the directory holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.rules import HOLIDAYS
from directory import places, search
from directory.ages import read_age
from directory.opening import hours_of, open_now
from directory.service import ages_in_words, contact_in_words
from flows.effects import Listing
from flows.facts import Found, Place, Search
from flows.understanding.types import Lexicon

OPEN_AMONG = 30  # the best so many are looked at for what is open


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryFinder:
    """The Finder of the flows. Holds nothing that changes: a new directory or lexicon is a new finder."""

    snapshot: search.Snapshot
    places: places.Places
    lexicon: Lexicon
    late: Mapping[str, date | None] = field(default_factory=dict)  # come last: when each was last checked

    def find(self, search: Search) -> Found:
        """Listings for what was asked, best first. The postcode, age and needs given win over those in the words."""
        if search.open_at is not None:
            return self._open_first(search, search.open_at)
        results = self.results(search)
        return Found(
            place=_as_said(results.place),
            listings=tuple(self._listing(result) for result in results.results),
            more=results.more,
        )

    def _open_first(self, search: Search, at: datetime) -> Found:
        """The same services: first those known to be open at this instant, then those that open later that day."""
        results = self.results(replace(search, skip=0, limit=OPEN_AMONG))
        best = sorted(results.results, key=lambda result: opens(result, at))
        shown = best[search.skip : search.skip + search.limit]
        return Found(
            place=_as_said(results.place),
            listings=tuple(self._listing(result) for result in shown),
            more=len(best) > search.skip + search.limit,
        )

    def _listing(self, result: search.Result) -> Listing:
        shown, service = listing(result), result.service
        return replace(shown, unsure=True, checked_on=self.late[service.id]) if service.id in self.late else shown

    def results(self, wanted: Search) -> search.Results:
        """The same with scores and whole services, for the command line and the public pages."""
        in_text = self.places.read(wanted.text)
        place = (self.places.read(wanted.postcode) if wanted.postcode else None) or in_text
        words = wanted.text
        if in_text is not None:
            words = f"{words[: in_text.start]} {words[in_text.end :]}"
        needs, language = wanted.needs, wanted.language
        if words.strip() and not (needs and language):
            understood = self.lexicon.understand(words)
            needs = needs or understood.needs
            language = language or understood.lang
        return search.search(
            self.snapshot,
            search.Query(
                text=words,
                needs=needs,
                place=place,
                age=wanted.age if wanted.age is not None else read_age(words),
                language=language,
                skip=wanted.skip,
                limit=wanted.limit,
            ),
        )


def opens(result: search.Result, at: datetime) -> int:
    """0: its weekly hours say that it is open then; 1: later that day; 2: on another, or nobody knows."""
    told = open_now(hours_of(result.service)[0], at, HOLIDAYS)
    if told is None or told.kind not in {"open", "always", "later"}:
        return 2
    return 1 if told.kind == "later" else 0


def listing(result: search.Result) -> Listing:
    """One result as a family sees it."""
    service = result.service
    hours, note = hours_of(service)
    return Listing(
        id=service.id,
        name=service.name,
        organisation=service.organisation.name,
        distance_km=result.distance_km,
        near=result.near and f"near {result.near}",
        ages=ages_in_words(service),
        contact=contact_in_words(service),
        why=result.why,
        because=result.because,
        needs=service.needs,
        url=service.url,
        phone=service.phone,
        cost=service.cost,
        sample=service.sample,
        hours=tuple((opening.day, opening.opens, opening.closes) for opening in hours),
        hours_note=note,
    )


def _as_said(place: places.Place | None) -> Place:
    if place is None:
        return Place(read_as="", precision="none")
    return Place(read_as=place.read_as, precision=place.precision)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReaders:
    """The Readers of the flows: answers that other rooms know how to read. `phone` gives E.164, or None."""

    places: places.Places
    phone: Callable[[str], str | None]

    def postcode(self, text: str) -> str | None:
        place = self.places.read(text)
        return place.read_as if place is not None else None

    def age(self, text: str) -> float | None:
        return read_age(text)
