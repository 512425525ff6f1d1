"""`thrive search`: the one ranked search that the bot and the public page use, from the command line."""

import math
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from bot.cli.lines import BadLine, answer, source, text_of, to_json
from bot.cli.opening import is_new, known_needs, open_house, ready
from bot.finding import DirectoryFinder
from bot.house import House
from bot.publishing import directory
from directory.search import Result, Results
from flows.facts import Search

MOST = 50


def command(options: Namespace) -> int:
    if wrong := _usage(options):
        print(f"thrive search: {wrong}", file=sys.stderr)
        return 2
    with open_house() as house:
        return _search(house, options)


def _search(house: House, options: Namespace) -> int:
    if not is_new(house) and not ready(house):
        return 1
    if is_new(house) or not directory.services(house):
        print("The directory is empty. `thrive directory import --sample` loads the sample.", file=sys.stderr)
        return 1
    known = known_needs(house)
    if options.need and options.need not in known:
        print(f"thrive search: there is no need {options.need}; there are {', '.join(sorted(known))}", file=sys.stderr)
        return 1
    finder = house.live.of(house.db).finder
    if options.batch:
        return answer(source(sys.stdin), sys.stdout, lambda record: _answered(finder, record))
    _tell(options, finder)
    return 0


def _usage(options: Namespace) -> str | None:
    if not options.batch and not (options.text or options.need):
        return "give some TEXT, or --need ID, or --batch"
    if options.age is not None and not math.isfinite(options.age):
        return "--age is a number of years"
    return "--limit is at least 1" if options.limit < 1 else None


def _tell(options: Namespace, finder: DirectoryFinder) -> None:
    found = finder.results(
        Search(
            text=options.text or "", needs=(options.need,) if options.need else (), postcode=options.postcode,
            age=options.age, language=options.language, limit=min(options.limit, MOST),
        )
    )  # fmt: skip
    if options.json:
        place = found.place
        read = {"read_as": place.read_as if place else None, "precision": place.precision if place else "none"}
        print(to_json({"place": read, "results": [as_fields(r) for r in found.results]}, sys.stdout))
    else:
        _print(found)


def as_fields(result: Result) -> dict[str, Any]:
    """One result in the contract's shape."""
    service = result.service
    return {
        "id": service.id,
        "name": service.name,
        "organisation": service.organisation.name,
        "distance_km": None if result.distance_km is None else round(result.distance_km, 1),
        "needs": list(service.needs),
        "why": list(result.why),
        "assured_on": service.assured_on.isoformat() if service.assured_on else None,
    }


def _answered(finder: DirectoryFinder, record: Mapping[str, Any]) -> dict[str, object]:
    return {"results": [as_fields(r) for r in finder.results(_wanted(record)).results]}


def _wanted(asked: Mapping[str, Any]) -> Search:
    """Labels such as `needs` in the line are never read: they are what the answer is measured against."""
    text = text_of(asked, "text")
    age = asked.get("age", asked.get("child_age"))
    if isinstance(age, bool) or not (age is None or isinstance(age, int | float)):
        raise BadLine("`age` is not a number of years")
    for name in ("postcode", "need"):
        if not isinstance(asked.get(name), str | None):
            raise BadLine(f"`{name}` is not text")
    need = asked.get("need")
    return Search(text=text, postcode=asked.get("postcode"), age=age, needs=(need,) if need else ())


def _print(found: Results) -> None:
    if not found.results:
        print("Nothing found.")
    for result in found.results:
        print(f"{result.service.name} ({result.service.organisation.name})")
        print(f"  {'; '.join(result.why)}")
