"""The shipped places and sample directory, read once for all tests of this room, and the needs they are checked by."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.directory_source import load_places, load_sample
from directory.places import Places
from directory.service import Service

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
    parsed = yaml.safe_load((ROOT / "content" / "needs.yaml").read_text(encoding="utf-8"))
    return {need["id"]: need["label"] for group in parsed["needs"].values() for need in group}


def json_of(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))
