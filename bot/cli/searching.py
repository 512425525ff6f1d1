"""`thrive search`: the one ranked search that the bot and the public page use, from the command line."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from bot.cli.opening import open_house, ready
from bot.finding import DirectoryFinder
from bot.publishing import directory
from directory.search import Result, Results
from flows.facts import Search

MOST = 50


def command(options: Namespace) -> int:
    if not options.batch and not (options.text or options.need):
        print("thrive search: give some TEXT, or --need ID, or --batch", file=sys.stderr)
        return 2
    house = open_house()
    if not ready(house):
        return 1
    if not directory.services(house):
        print("The directory is empty. `thrive directory import --sample` loads the sample.", file=sys.stderr)
        return 1
    finder = house.live.of(house.db).finder
    if options.batch:
        return _batch(finder)
    found = finder.results(
        Search(
            text=options.text or "", needs=(options.need,) if options.need else (), postcode=options.postcode,
            age=options.age, language=options.language, limit=max(1, min(options.limit, MOST)),
        )
    )  # fmt: skip
    if options.json:
        place = found.place
        read = {"read_as": place.read_as if place else None, "precision": place.precision if place else "none"}
        print(json.dumps({"place": read, "results": [as_json(r) for r in found.results]}, ensure_ascii=False))
    else:
        _print(found)
    return 0


def as_json(result: Result) -> dict[str, Any]:
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


def _batch(finder: DirectoryFinder) -> int:
    """Lines in, lines out, in order; a bad line is told and the rest goes on."""
    status = 0
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        asked: Any = None
        try:
            asked = json.loads(line)
            results = finder.results(_wanted(asked)).results
            print(json.dumps({**asked, "results": [as_json(r) for r in results]}, ensure_ascii=False))
        except (ValueError, TypeError) as fault:
            known = asked.get("id") if isinstance(asked, dict) else None
            print(json.dumps({"line": number, "id": known, "error": str(fault)}))
            status = 1
    return status


def _wanted(asked: object) -> Search:
    """Labels such as `needs` in the line are never read: they are what the answer is measured against."""
    if not isinstance(asked, Mapping):
        raise TypeError("a line is a JSON object")
    text = asked.get("text")
    if not isinstance(text, str):
        raise TypeError("text is missing or is not text")
    age = asked.get("age", asked.get("child_age"))
    if isinstance(age, bool) or not (age is None or isinstance(age, int | float)):
        raise TypeError("age is not a number of years")
    for name in ("postcode", "need"):
        if not isinstance(asked.get(name), str | None):
            raise TypeError(f"{name} is not text")
    need = asked.get("need")
    return Search(text=text, postcode=asked.get("postcode"), age=age, needs=(need,) if need else ())


def _print(found: Results) -> None:
    if not found.results:
        print("Nothing found.")
    for result in found.results:
        print(f"{result.service.name} ({result.service.organisation.name})")
        print(f"  {'; '.join(result.why)}")
