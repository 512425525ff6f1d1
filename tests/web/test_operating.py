"""docs/operating.md is true: it has each metric, and its example rules name only what there is."""

import re

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.app import build
from bot.settings import ROOT
from bot.store import published
from messages.channel import ChannelError, Outgoing
from tests.houses import Home

PAGE = (ROOT / "docs" / "operating.md").read_text()


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def every_metric(home: Home) -> dict[str, set[str]]:
    """Each of our metrics with its labels, of a house in which there is one of each."""
    from bot.store import receipts

    def refuses(_: Outgoing) -> None:
        raise ChannelError(permanent=True, code="21610", reason="blocked")

    home.pigeon.does = refuses  # type: ignore[assignment]
    home.text("he has a knife hes outside", sender="+447700900471")
    home.send()
    with home.house.db.write() as tx:
        for name in ("clock", "dispatcher", "backup", "failing:alerts"):
            published.beat(tx, name, home.clock.at)
        receipts.add_receipt(
            tx, outbox_id=None, provider_sid="SM1", status="failed", error_code="30003", at=home.clock.at
        )
    page = build(home.house.settings, house=home.house).test_client().get("/metrics").text
    return {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name.startswith("thrive_")
    }


def test_every_metric_has_a_line_with_its_labels(home: Home) -> None:
    """Claim: no metric is without words, and none of the page is made up."""
    rows = re.findall(r"^\| `(thrive_\w+)(?:\{([\w,]+)\})?` \| [^|]+ \| [^|]* \|$", PAGE, re.MULTILINE)
    assert {name: set(filter(None, labels.split(","))) for name, labels in rows} == every_metric(home)


def test_the_example_rules_name_what_there_is(home: Home) -> None:
    """Claim: the rules can be read, and each asks for metrics and labels that a scrape gives."""
    found = every_metric(home)
    (source,) = re.findall(r"```yaml\n(groups:.*?)```", PAGE, re.DOTALL)
    rules = yaml.safe_load(source)["groups"][0]["rules"]
    assert len(rules) >= 10
    for rule in rules:
        asked = re.findall(r"\b(thrive_\w+)(?:\{(\w+)[=~])?", rule["expr"])
        assert asked, rule["alert"]
        for name, label in asked:
            assert name in found, rule["alert"]
            assert not label or label in found[name], rule["alert"]
        assert rule["annotations"]["summary"]
