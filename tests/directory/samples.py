"""The shipped places and sample directory, read once for all tests of this room, and the needs they are checked by."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.directory_source import load_family_hubs, load_places, load_sample
from directory.places import Places
from directory.service import Service
from directory.taxonomies import Taxonomies, taxonomies

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(__file__).resolve().parent / "data"


@cache
def places() -> Places:
    return load_places(london=False)


@cache
def sample() -> tuple[Service, ...]:
    return tuple(load_sample(places()))


@cache
def needs() -> dict[str, str]:
    """Need id to label, as needs.yaml has them."""
    return {need["id"]: need["label"] for group in _headings().values() for need in group}


@cache
def known() -> Taxonomies:
    """Needs and the Department's categories, as they ship."""
    return taxonomies(_headings(), load_family_hubs())


def _headings() -> dict[str, list[dict[str, str]]]:
    parsed = yaml.safe_load((ROOT / "content" / "needs.yaml").read_text(encoding="utf-8"))
    headings: dict[str, list[dict[str, str]]] = parsed["needs"]
    return headings


def json_of(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))
