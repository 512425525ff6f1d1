"""The Open Referral UK addresses over HTTP: as the standard has them, open to all, cheap, and never half an answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from bot.publishing import directory, feed
from bot.publishing.feed import LOOK_SECONDS, FeedSource
from bot.store.database import DATABASE_AWAY
from bot.web.oruk import ADDRESSES
from directory.oruk import read_oruk
from tests.directory.samples import sample
from tests.directory.standard import FOLDER, faults
from tests.houses import Home

ONE = {
    "services": "service",
    "organizations": "organization",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
    "service_at_locations": "service_at_location",
}


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def got(client: FlaskClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.mimetype == "application/json"
    return answer.json


def test_the_base_address_says_what_this_is(client: FlaskClient) -> None:
    """Claim: GET /api/ is the standard's own description of an API, and /api leads there."""
    assert faults("api_details", got(client, "/api/")) == []
    assert got(client, "/api/")["version"] == "HSDS-UK-3.0"
    assert client.get("/api").headers["Location"].endswith("/api/")


def test_every_address_of_the_specification_is_here(app: Flask) -> None:
    """Claim: the paths of the standard's openapi.json and ours are the same."""
    asked = set(json.loads((FOLDER / "openapi.json").read_text("utf-8"))["paths"])
    rules = {rule.rule.removeprefix("/api") for rule in app.url_map.iter_rules() if rule.endpoint.startswith("oruk.")}
    assert asked == {rule.replace("<key>", "{id}") for rule in rules} - {"/<path:_rest>"}


def test_every_parameter_of_the_specification_is_taken() -> None:
    """Claim: each address takes what the standard names for it, and `text`, and nothing else."""
    spec = json.loads((FOLDER / "openapi.json").read_text("utf-8"))
    names = {key: value["name"] for key, value in spec["components"]["parameters"].items()}
    for plural, (listed, _, single, _) in ADDRESSES.items():
        for path, offered in ((f"/{plural}", set(listed) - {"text"}), (f"/{plural}/{{id}}", set(single))):
            asked = spec["paths"][path]["get"].get("parameters", [])
            assert offered == {one["name"] if "name" in one else names[one["$ref"].rpartition("/")[2]] for one in asked}


@pytest.mark.parametrize("plural", ADDRESSES)
def test_lists_and_entries_are_valid(client: FlaskClient, plural: str) -> None:
    """Claim: a list and each entry it names, as they leave, keep to the schemas."""
    page = got(client, f"/api/{plural}?per_page=20")
    assert faults(f"{ONE[plural]}_list", page) == []
    assert 0 < page["size"] <= 20
    for record in page["contents"]:
        assert faults(ONE[plural], got(client, f"/api/{plural}/{record['id']}")) == []
        assert got(client, f"/api/{plural}/{record['id'].upper()}")["id"] == record["id"]


def test_the_whole_directory_can_be_harvested(client: FlaskClient) -> None:
    """Claim: following the pages and then the ids gives every entry whole, as one asks for it in a full list."""
    ids, number, last = [], 1, False
    while not last:
        page = got(client, f"/api/services?page={number}")
        ids += [record["id"] for record in page["contents"]]
        number, last = number + 1, page["last_page"]
    assert len(set(ids)) == len(ids) == len(sample())
    (first,) = got(client, "/api/services?full=true&per_page=1")["contents"]
    assert got(client, f"/api/services/{first['id']}") == first


def test_no_request_reads_the_directory_again(app: Flask, home: Home) -> None:
    """Claim: while nothing changes, requests within two seconds ask the database nothing."""
    client, ticks = app.test_client(), [100.0]
    asked: list[str] = []
    app.extensions["thrive_feed"] = FeedSource(home.house, lambda: ticks[0])
    got(client, "/api/services")
    with listening(asked):
        for address in ("/api/services?full=true", "/api/organizations", "/api/taxonomy_terms"):
            got(client, address)
        assert asked == []
        ticks[0] += LOOK_SECONDS
        got(client, "/api/services")
        assert len(asked) == 1
        assert "version" in asked[0]


BOTH = pytest.mark.parametrize("database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@BOTH
def test_a_change_is_told_and_ends_the_old_tag(app: Flask, home: Home) -> None:
    """Claim: an unchanged directory is 304; a changed one is told within two seconds, and what changed is findable."""
    client, ticks = app.test_client(), [100.0]
    app.extensions["thrive_feed"] = FeedSource(home.house, lambda: ticks[0])
    first = client.get("/api/services")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, max-age=60"
    same = client.get("/api/services", headers={"If-None-Match": tag})
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)
    home.clock.at += timedelta(hours=1)
    since = home.clock.now().isoformat()
    directory.put(home.house, [replace(sample()[0], name="A new name")], source="sample")
    assert client.get("/api/services", headers={"If-None-Match": tag}).status_code == 304
    ticks[0] += LOOK_SECONDS
    fresh = client.get("/api/services", headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert fresh.headers["ETag"] != tag
    assert [one["name"] for one in got(client, f"/api/services?modified_after={since}")["contents"]] == ["A new name"]


def test_the_same_directory_has_the_same_tag_in_every_process(home: Home) -> None:
    """Claim: two processes over one database agree, so that a cache between them holds."""
    one, other = (FeedSource(home.house).now() for _ in range(2))
    assert one.etag == other.etag
    assert one.feed is not other.feed


def test_while_the_database_is_away_the_feed_goes_on(app: Flask, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: what was served is served on; a process that never had it says 503."""
    client, ticks = app.test_client(), [100.0]
    app.extensions["thrive_feed"] = FeedSource(home.house, lambda: ticks[0])
    got(client, "/api/services")

    def away(*_: object) -> None:
        raise sa.exc.OperationalError("select", {}, Exception("away"))

    assert issubclass(sa.exc.OperationalError, DATABASE_AWAY)
    monkeypatch.setattr(type(home.house.live), "of", away)
    ticks[0] += LOOK_SECONDS
    got(client, "/api/services")
    app.extensions["thrive_feed"] = FeedSource(home.house)
    assert client.get("/api/services").status_code == 503


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/api/services/nobody", 404, "services"),
        ("/api/organizations/6f0a54c2-6d0e-5c0b-9a53-0d7a4e3f6f11", 404, "organizations"),
        ("/api/nothing", 404, "no such address"),
        ("/api/services/a/b", 404, "no such address"),
        ("/api/services?page=0", 400, "page"),
        ("/api/services?per_page=x", 400, "per_page"),
        ("/api/services?postcode=SW18+2PU", 400, "postcode"),
        ("/api/service_at_locations?postcode=nowhere", 400, "postcode"),
        ("/api/taxonomies?format=xml", 400, "format"),
    ],
)
def test_refusals_are_problem_details(client: FlaskClient, address: str, status: int, told: str) -> None:
    """Claim: 404 and 400 are JSON that a program can read and a person understands, open to any page, kept nowhere."""
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    problem = json.loads(answer.data)
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert told in problem["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_past_the_last_is_empty(client: FlaskClient) -> None:
    """Claim: a harvester that goes one too far gets an empty page that says so, not an error."""
    page = got(client, "/api/services?page=999")
    assert (page["contents"], page["empty"], page["last_page"], page["first_page"]) == ([], True, True, False)
    assert faults("service_list", page) == []


def test_any_browser_page_may_read_it_and_only_this(client: FlaskClient) -> None:
    """Claim: these addresses are open across origins, preflight included; no other address of the service is."""
    answer = client.get("/api/services", headers={"Origin": "https://elsewhere.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert not answer.headers.getlist("Set-Cookie")
    preflight = client.options(
        "/api/services",
        headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Headers": "if-none-match"},
    )
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert set(preflight.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    for address in ("/", "/help", "/desk", "/healthz"):
        assert "Access-Control-Allow-Origin" not in client.get(address).headers


def test_head_tells_what_get_would(client: FlaskClient) -> None:
    """Claim: HEAD has the headers of GET and no body."""
    head, whole = client.head("/api/services"), client.get("/api/services")
    assert head.data == b""
    for name in ("Content-Length", "Content-Type", "ETag", "Cache-Control"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written_here(client: FlaskClient, method: str) -> None:
    """Claim: the feed is to read only."""
    assert client.open("/api/services", method=method).status_code == 405


def test_our_own_bug_tells_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: an exception is a problem with 500, and none of its words leave."""

    def broken(_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(FeedSource, "now", broken)
    answer = app.test_client().get("/api/services")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "secret" not in answer.text


def test_needs_are_named_as_staff_know_them(home: Home) -> None:
    """Claim: the published content's words name the needs of the feed."""
    bundle = home.house.live.of(home.house.db).bundle_id
    assert feed.known_taxonomies(home.house, bundle).needs["debt"].name == "Debt and money worries"


@BOTH
def test_an_export_is_taken_back_as_it_was(home: Home) -> None:
    """Claim: every entry of the directory comes back equal, with names of needs and ids of the standard's kind."""
    exported = feed.export(home.house)
    assert all(faults("service", record) == [] for record in exported)
    read = read_oruk(exported, needs=None, source="elsewhere")
    assert list(read.services) == directory.services(home.house)
    assert (read.repaired, read.refused) == ((), ())


@contextmanager
def listening(asked: list[str]) -> Iterator[None]:
    """Notes every question that a database is asked."""

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
