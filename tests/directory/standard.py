"""The standard's own schemas as a checker: kept beside the tests, so that nothing is fetched."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.directory.samples import DATA

BASE = "https://openreferraluk.org/specifications/3.0/schema/"
FOLDER = DATA / "oruk3"


@cache
def validator(schema: str) -> Draft202012Validator:
    """Of one schema by its name, "service_list"; formats (uuid, uri, email, date-time) are held to as well."""
    return Draft202012Validator(
        {"$ref": f"{BASE}{schema}.json"},
        registry=_registry(),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


@cache
def _registry() -> Registry[Any]:
    return Registry().with_resources(
        (
            BASE + file.name,
            Resource.from_contents(json.loads(file.read_text("utf-8")), default_specification=DRAFT202012),
        )
        for file in (FOLDER / "schema").glob("*.json")
    )


def faults(schema: str, value: Any) -> list[str]:
    """What is wrong with `value`, each as where it stands, the rule, and the words; empty where it is valid."""
    return [f"{error.json_path} {error.validator}: {error.message}" for error in validator(schema).iter_errors(value)]
