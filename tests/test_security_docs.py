"""docs/security.md and docs/asvs.csv are true as far as a test can say: whole, and each proof is there."""

import ast
import csv
import re
from functools import cache
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text()
TABLE = ROOT / "docs" / "asvs.csv"
STANDINGS = {"met", "partly", "not met", "not applicable", "the council's"}
PROOF = re.compile(r"tests/[\w/]+\.py::test_\w+")
# ASVS 5.0.0, section by section: the level of each requirement, from the first on. The third level is not in the table.
LEVELS = (
    "1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123 2.1:122 2.2:112 2.3:12223 2.4:23 3.1:3 3.2:113 3.3:12223 "
    "3.4:11222233 3.5:11122333 3.6:3 3.7:22333 4.1:12233 4.2:23333 4.3:22 4.4:1222 5.1:2 5.2:112333 5.3:113 5.4:222 "
    "6.1:122 6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 6.6:2223 6.7:33 6.8:2222 7.1:222 7.2:1111 7.3:22 "
    "7.4:11222 7.5:223 7.6:22 8.1:1233 8.2:1123 8.3:133 8.4:23 9.1:111 9.2:1222 10.1:22 10.2:223 10.3:22223 "
    "10.4:1111122222233333 10.5:22222 10.6:22 10.7:222 11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23 11.6:23 "
    "11.7:33 12.1:12233 12.2:11 12.3:22223 13.1:2333 13.2:222223 13.3:2233 13.4:1222233 14.1:22 14.2:12223333 14.3:122 "
    "15.1:12233 15.2:12233 15.3:1222222 15.4:3333 16.1:2 16.2:22222 16.3:2222 16.4:222 16.5:2223 17.1:23 17.2:22223333 "
    "17.3:22"
)


def rows() -> list[dict[str, str]]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def in_file(path: str) -> frozenset[str]:
    found = ast.walk(ast.parse((ROOT / path).read_text()))
    return frozenset(one.name for one in found if isinstance(one, ast.FunctionDef))


def missing(text: str) -> list[str]:
    return [proof for proof in PROOF.findall(text) if proof.partition("::")[2] not in in_file(proof.partition("::")[0])]


def test_each_requirement_of_the_first_two_levels_is_there_once() -> None:
    """Claim: all 253, each once, in order, with its level."""
    wanted = [
        (f"V{section}.{number}", level)
        for section, levels in (one.split(":") for one in LEVELS.split())
        for number, level in enumerate(levels, 1)
        if level != "3"
    ]
    assert [(row["requirement"], row["level"]) for row in rows()] == wanted
    assert len(wanted) == 253


def test_each_line_has_its_standing_its_reason_and_its_proof() -> None:
    """Claim: what is said to be met names a test; what is not, why; no proof is named that is not there."""
    for row in rows():
        name = row["requirement"]
        assert row["standing"] in STANDINGS, name
        assert len(row["how"]) > 3, name
        assert row["standing"] != "met" or row["proof"], name
        assert PROOF.sub("", row["proof"]).strip() == "", name
        assert missing(row["proof"]) == [], name


def test_the_counts_of_the_page_are_those_of_the_table() -> None:
    """Claim: how many are met, and how many not, is said as it is."""
    for standing in STANDINGS:
        counts = [sum(row["standing"] == standing and row["level"] == level for row in rows()) for level in "12"]
        assert f"| {standing} | {counts[0]} | {counts[1]} |" in PAGE, (standing, counts)
    for row in rows():
        if row["standing"] == "not met":
            assert f"{row['requirement']}:" in PAGE, row["requirement"]


def test_every_proof_that_the_page_names_is_there() -> None:
    """Claim: each threat names tests that exist, and each of the six has some."""
    assert missing(PAGE) == []
    threats = re.split(r"^### ", PAGE.partition("## Threats")[2].partition("\n## ")[0], flags=re.MULTILINE)[1:]
    assert len(threats) == 6
    for threat in threats:
        assert PROOF.search(threat), threat[:40]
        assert "**Does not protect.**" in threat, threat[:40]


def test_the_inventory_of_keys_names_every_one() -> None:
    """Claim: each setting that is a secret stands in the inventory."""
    secret = {"SECRET_KEY", "DATA_KEYS", "PHONE_INDEX_KEY", "TWILIO_AUTH_TOKEN", "OIDC_CLIENT_SECRET", "METRICS_TOKEN",
              "API_TOKENS", "SMTP_URL", "DATABASE_URL"}  # fmt: skip
    inventory = PAGE.partition("## Keys and secrets")[2].partition("\n## ")[0]
    assert {name for name in secret if f"`{name}`" not in inventory} == set()
    assert {"secret_key", "data_keys", "phone_index_key"} <= set(Settings.__dataclass_fields__)


def test_the_page_names_what_we_speak_to() -> None:
    """Claim: each kind of outside system, and the one address that a person types."""
    told = PAGE.partition("## What it speaks to")[2].partition("\n## ")[0]
    for name in ("TWILIO_API_BASE", "SMTP_URL", "OIDC_ISSUER", "DATABASE_URL", "directory import"):
        assert f"`{name}" in told, name


def test_the_page_names_what_is_sealed() -> None:
    """Claim: each table that the page calls sealed has sealed columns; those of families' words are among them."""
    from bot.store.columns import Sealed
    from bot.store.schema import METADATA

    told = PAGE.partition("## Kinds of data")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", told))
    sealed = {one.name for one in METADATA.tables.values() if any(isinstance(c.type, Sealed) for c in one.columns)}
    assert named - sealed == set()
    assert {"address", "cases", "inbox", "outbox", "person", "staff_code"} <= named
