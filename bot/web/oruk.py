"""The directory for other systems: the Open Referral UK 3.0 addresses, to read only. No key, no cookie, no person.

Open to any page in any browser (CORS), and to caches for a minute. Faults are problem details (RFC 9457).
"""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.publishing.feed import FeedSource, Published
from bot.web.here import HOUSE
from bot.web.security import serves_machines
from directory import feed_query
from directory.feed import ABOUT, Feed
from directory.feed_query import BadQuery, Query, read_query

MAX_AGE_SECONDS = 60
SOURCE = "thrive_feed"
log = structlog.get_logger()
pages = serves_machines(Blueprint("oruk", __name__, url_prefix="/api"))
List = Callable[[Feed, Query], dict[str, Any]]
One = Callable[[Feed, str, Query], dict[str, Any] | None]

# plural: what its list takes, its list, what one of it takes, one of it
ADDRESSES: Mapping[str, tuple[Collection[str], List, Collection[str], One]] = {
    "services": (feed_query.SERVICES, Feed.services, (), lambda feed, key, _: feed.service(key)),
    "organizations": (
        feed_query.ORGANIZATIONS, Feed.organizations, feed_query.ORGANIZATION, Feed.organization,
    ),
    "taxonomies": (feed_query.PAGING, Feed.taxonomies, (), lambda feed, key, _: feed.taxonomy(key)),
    "taxonomy_terms": (
        feed_query.TAXONOMY_TERMS, Feed.taxonomy_terms, (), lambda feed, key, _: feed.taxonomy_term(key),
    ),
    "service_at_locations": (
        feed_query.PLACES, Feed.service_at_locations, (), lambda feed, key, _: feed.service_at_location(key),
    ),
}  # fmt: skip


@pages.record_once
def open_source(state: BlueprintSetupState) -> None:
    """One an app, so that two of them in one process never tell each other's directory."""
    state.app.extensions[SOURCE] = FeedSource(state.app.extensions[HOUSE])


def _now() -> Published:
    source = current_app.extensions[SOURCE]
    assert isinstance(source, FeedSource)
    return source.now()


@pages.get("/")
def about() -> Response:
    return _told(ABOUT, _now().etag)


def _list(plural: str) -> Callable[[], Response]:
    offered, listed, _, _ = ADDRESSES[plural]

    def view() -> Response:
        published = _now()
        return _told(listed(published.feed, read_query(request.args, offered)), published.etag)

    return view


def _one(plural: str) -> Callable[[str], Response]:
    _, _, offered, one = ADDRESSES[plural]

    def view(key: str) -> Response:
        published = _now()
        record = one(published.feed, key, read_query(request.args, offered))
        if record is None:
            raise NotFound(f"There is nothing of this id in {plural}.")
        return _told(record, published.etag)

    return view


for _plural in ADDRESSES:
    pages.add_url_rule(f"/{_plural}", _plural, _list(_plural), strict_slashes=False)
    pages.add_url_rule(f"/{_plural}/<key>", f"one_of_{_plural}", _one(_plural), strict_slashes=False)


@pages.get("/<path:_rest>")
def unknown(_rest: str) -> Response:
    raise NotFound("There is no such address. GET /api/ says what this is.")


def _told(value: Mapping[str, Any], etag: str) -> Response:
    response = Response(json.dumps(value, ensure_ascii=False, separators=(",", ":")), mimetype="application/json")
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    response.set_etag(etag)
    response.make_conditional(request)
    return response


@pages.errorhandler(BadQuery)
def bad_query(problem: BadQuery) -> AnyResponse:
    return fault(BadRequest(str(problem)))


@pages.errorhandler(HTTPException)
def fault(problem: HTTPException) -> AnyResponse:
    if isinstance(problem, InternalServerError):
        log.error("feed failed", fault=type(problem.original_exception or problem).__name__, endpoint=request.endpoint)
    response = problem.get_response()
    told = {"type": "about:blank", "title": problem.name, "status": problem.code, "detail": problem.description}
    response.set_data(json.dumps(told, ensure_ascii=False))
    response.content_type = "application/problem+json"
    return response


@pages.after_request
def open_to_all(response: Response) -> Response:
    """Any page may read this: there is nothing here but what is public, and no cookie opens more."""
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.method == "OPTIONS":
        headers |= {
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
            "Access-Control-Allow-Headers": "If-None-Match",
            "Access-Control-Max-Age": "86400",
        }
    response.headers.update(headers)
    return response
