"""The migrations since the earlier version only add: its code can serve on the database of this one."""

from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa

from bot.store import schema
from bot.store.database import Database
from tests.houses import KEYS
from tests.upgrading.conftest import SCHEMAS

Shape = dict[str, dict[str, Any]]


@pytest.mark.parametrize("earlier", SCHEMAS)
def test_nothing_that_the_earlier_code_uses_is_gone_or_stricter(database_url: str, earlier: str) -> None:
    """Claim: on either database every earlier table and column is there, of its type; what may be left empty still may;
    a new column of an earlier table is filled by the database; no new rule forbids what the earlier code writes."""
    database = Database(database_url, KEYS)
    with closing(database):
        schema.upgrade(database, earlier)
        before = shape(database)
        schema.upgrade(database)
        after = shape(database)
    assert before.keys() <= after.keys()
    assert [fault for name in before for fault in faults(name, before[name], after[name])] == []


def test_what_would_break_the_earlier_code_is_seen() -> None:
    """Claim: each way in which a migration takes something away is told."""
    was: dict[str, Any] = {"columns": {"a": ("TEXT", True, False), "b": ("INTEGER", False, False)}, "unique": {("b",)}}
    for now in (
        {**was, "columns": {"a": ("TEXT", True, False)}},
        {**was, "columns": {**was["columns"], "a": ("INTEGER", True, False)}},
        {**was, "columns": {**was["columns"], "a": ("TEXT", False, True)}},
        {**was, "columns": {**was["columns"], "c": ("TEXT", False, False)}},
        {**was, "unique": {("b",), ("a",)}},
    ):
        assert len(list(faults("one", was, now))) == 1, now
    assert list(faults("one", was, {**was, "columns": {**was["columns"], "c": ("TEXT", False, True)}})) == []


def shape(database: Database) -> Shape:
    """Of each table its columns (type, may be empty, filled by the database) and what must be unique."""
    looking = sa.inspect(database.engine)
    looking.clear_cache()
    return {
        name: {
            "columns": {
                one["name"]: (str(one["type"]), bool(one["nullable"]), one["default"] is not None)
                for one in looking.get_columns(name)
            },
            "unique": {
                *(tuple(one["column_names"]) for one in looking.get_unique_constraints(name)),
                *(tuple(one["column_names"]) for one in looking.get_indexes(name) if one["unique"]),
            },
        }
        for name in looking.get_table_names()
    }


def faults(name: str, was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    found = []
    for column, (kind, empty, _) in was["columns"].items():
        if column not in now["columns"]:
            found.append(f"{name}.{column} is gone")
        elif now["columns"][column][0] != kind:
            found.append(f"{name}.{column} is of another type")
        elif empty and not now["columns"][column][1]:
            found.append(f"{name}.{column} may no longer be empty")
    for column, (_, empty, filled) in now["columns"].items():
        if column not in was["columns"] and not empty and not filled:
            found.append(f"{name}.{column} is new, and the earlier code does not fill it")
    return found + [f"{name} must be unique by {columns}" for columns in now["unique"] - was["unique"]]
