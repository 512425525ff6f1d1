"""A scraper of a house: who asks /metrics with its token, and what the answer holds."""

from dataclasses import replace

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from bot.app import build
from tests.houses import Home, settings_for

TOKEN = "a-token-of-the-scraper"
FAMILY, OTHER = "+447700900471", "+447700900472"
WORDS = "he has a knife hes outside my name is Quillfeather"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def client(home: Home, **settings: object) -> FlaskClient:
    changed = settings_for(home.house.settings.database_url, **settings)
    return build(changed, house=replace(home.house, settings=changed)).test_client()


def scraped(asker: FlaskClient, **headers: str) -> Samples:
    answer = asker.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float:
    return found[name, tuple(sorted(labels.items()))]
