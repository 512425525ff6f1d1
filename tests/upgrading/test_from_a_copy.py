"""An earlier version's copy, put back by this version on a machine that has nothing but it and the keys."""

import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.store import schema
from bot.store.database import Database
from tests.bot.cli.conftest import SETTINGS, Operator
from tests.houses import AT, KEYS, Home, bare_home

# What a restore writes itself.
TOUCHED = {"alembic_version", "flag", "heartbeat", "audit"}
IN_DANGER, STOPPED, REFERRING = "+447700900322", "+447700900323", "+447700900324"
Rows = dict[str, list[tuple[object, ...]]]


def test_it_goes_on_where_the_earlier_version_stood(
    bare: Operator, database_url: str, earlier: Path, tmp_path: Path
) -> None:
    """Claim: on either database every row is there with what it held; it opens paused; after `resume` a talk goes on at
    its question, STOP stands, danger stands, the ledger reads and a copy can be taken."""
    seen = columns_of(earlier, tmp_path)
    bare.settings |= {**SETTINGS, "DATABASE_URL": database_url}
    bare.at(tmp_path, AT + timedelta(hours=1))
    assert bare("restore", str(earlier)).code == 0
    before, after = (
        rows(f"sqlite:///{shutil.copy(earlier, tmp_path / 'looked-at.db')}", seen), rows(database_url, seen)
    )  # fmt: skip
    assert sum(map(len, before.values())) > 300
    assert {name for name in before if after[name] != before[name]} == set()
    paused = {check["check"]: check["ok"] for check in bare("doctor", "--json").json}
    assert (paused["schema"], paused["keys"], paused["sending"]) == (True, True, False)
    assert bare("resume").code == 0

    home = bare_home(database_url)
    home.clock.at = AT + timedelta(hours=1)
    assert [case.level for case in home.cases() if case.words and "hit me" in case.words] == ["urgent"]
    assert home.address(STOPPED).consent == "stopped"
    answered = heard(home, REFERRING, "they are happy at school")
    assert answered
    assert "A computer replies" not in answered  # they were greeted before the upgrade
    assert "going well" not in answered  # and were asked this one
    assert "999" in heard(home, IN_DANGER, "he is back with a knife")
    home.house.db.close()
    assert len(bare("ledger", "--json").lines) == len(before["touch"])
    assert bare("backup", str(tmp_path / "new.copy")).code == 0


def heard(home: Home, sender: str, words: str) -> str:
    """A text under an id that the earlier version's provider did not give, and what is answered."""
    before = len(home.pigeon.carried)
    assert home.text(words, sender=sender, sid=f"SMlater{before}")
    home.send()
    return "\n".join(one.body for one in home.pigeon.carried[before:] if one.to == sender)


def columns_of(copy: Path, folder: Path) -> dict[str, list[str]]:
    """Every table of an embedded database, with its columns."""
    engine = sa.create_engine(f"sqlite:///{shutil.copy(copy, folder / 'read.db')}")
    looking = sa.inspect(engine)
    found = {name: [column["name"] for column in looking.get_columns(name)] for name in looking.get_table_names()}
    engine.dispose()
    return {name: columns for name, columns in found.items() if name not in TOUCHED}


def rows(url: str, columns: dict[str, list[str]]) -> Rows:
    """Each table's rows, the columns named alone, read by today's types: a table that is gone is a KeyError."""
    database = Database(url, KEYS)
    with closing(database), database.read() as tx:
        found: Rows = {}
        for name, names in columns.items():
            table = schema.METADATA.tables[name]
            asked = sa.select(*(table.c[one] for one in names)).order_by(*table.primary_key.columns)
            found[name] = [tuple(row) for row in tx.execute(asked)]
        return found
