"""What stands before and after every page."""

import re

import pytest
from flask import Blueprint, Flask, render_template_string, request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from bot.web.security import (
    CONTENT_SECURITY_POLICY,
    MAX_BODY_BYTES,
    Tokens,
    came_from_elsewhere,
    form_token,
    protect,
    response_headers,
    serves_machines,
)

HOST = "families.example"
ORIGIN = f"https://{HOST}"


def small_app(*, secure: bool = True) -> Flask:
    app = Flask(__name__)
    pages = Blueprint("pages", __name__)
    machines = serves_machines(Blueprint("machines", __name__, url_prefix="/sms"))

    @pages.get("/form")
    def form() -> str:
        return render_template_string('<input name="csrf_token" value="{{ csrf_token() }}">{{ csrf_token() }}')

    @pages.post("/form")
    def post() -> str:
        return f"took {request.form.get('words', '')}"

    @pages.get("/token")
    def token() -> dict[str, str]:
        return {"token": form_token()}

    @pages.get("/plain")
    def plain() -> tuple[str, dict[str, str]]:
        return "plain", {"Cache-Control": "max-age=60"}

    @machines.post("/inbound")
    def inbound() -> str:
        return f"read {len(request.get_data())}"

    app.register_blueprint(pages)
    app.register_blueprint(machines)
    protect(app, secret_key="k" * 32, secure=secure, hosts=(HOST,))
    return app


@pytest.fixture
def client() -> FlaskClient:
    return small_app().test_client()


def token_of(client: FlaskClient) -> str:
    page = client.get("/form", base_url=ORIGIN).text
    found = re.search(r'value="([^"]+)"', page)
    assert found is not None
    return found[1]


def post(client: FlaskClient, words: str = "hello", *, token: str = "", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = {"words": words, "csrf_token": token}
    return client.post("/form", base_url=ORIGIN, data=data, headers=named).status_code


def test_our_own_form_is_taken(client: FlaskClient) -> None:
    """Claim: a form from our own page, with its token and its cookie, is taken."""
    assert post(client, token=token_of(client), Sec_Fetch_Site="same-origin") == 200


def test_the_token_may_come_in_a_header(client: FlaskClient) -> None:
    """Claim: a script's post may carry the token in X-CSRF-Token."""
    token = client.get("/token", base_url=ORIGIN).get_json()["token"]
    answer = client.post("/form", base_url=ORIGIN, json={}, headers={"X-CSRF-Token": token})
    assert answer.status_code == 200


def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    """Claim: no token, another's token, and a token with no cookie are each refused with 403."""
    mine = token_of(client)
    assert post(client, token="") == 403
    assert post(client, token=token_of(small_app().test_client())) == 403
    client.delete_cookie("__Host-form", domain=HOST)
    assert post(client, token=mine) == 403


@pytest.mark.parametrize(
    ("site", "origin", "refused"),
    [
        ("same-origin", None, False),
        ("none", None, False),
        ("same-site", None, True),
        ("cross-site", None, True),
        ("cross-site", ORIGIN, True),
        ("same-origin", "null", False),
        (None, None, False),
        (None, ORIGIN, False),
        (None, "https://evil.example", True),
        (None, "https://families.example.evil.example", True),
        (None, "null", True),
    ],
)
def test_who_may_post(site: str | None, origin: str | None, refused: bool) -> None:
    """Claim: a post is refused when the browser says that another origin's page made it."""
    assert came_from_elsewhere("POST", site=site, origin=origin, host=HOST) is refused
    assert not came_from_elsewhere("GET", site=site, origin=origin, host=HOST)


def test_a_post_from_another_site_is_refused_even_with_a_token(client: FlaskClient) -> None:
    """Claim: Fetch-Metadata is asked first, so a stolen token does not help another site's page."""
    assert post(client, token=token_of(client), Sec_Fetch_Site="cross-site") == 403


def test_machines_prove_themselves_otherwise(client: FlaskClient) -> None:
    """Claim: a marked blueprint takes a program's post with no token, whatever its Origin."""
    answer = client.post("/sms/inbound", base_url=ORIGIN, data=b"Body=hello", headers={"Origin": "https://a.example"})
    assert answer.text == "read 10"


def test_another_site_s_page_is_no_machine(client: FlaskClient) -> None:
    """Claim: a browser sent by another site's page gets no answer from a machine's door either."""
    answer = client.post("/sms/inbound", base_url=ORIGIN, data=b"", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/form", "/sms/inbound"])
def test_a_large_body_is_refused(client: FlaskClient, path: str) -> None:
    """Claim: a body over the bound is answered 413, whoever sends it."""
    body = {"csrf_token": token_of(client), "words": "x" * MAX_BODY_BYTES}
    assert client.post(path, base_url=ORIGIN, data=body).status_code == 413


def test_another_host_name_is_refused(client: FlaskClient) -> None:
    """Claim: a page that points its own name at our address gets no answer."""
    assert client.get("/form", base_url="https://rebound.example").status_code == 400


@pytest.mark.parametrize("path", ["/form", "/nowhere"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    """Claim: errors carry them as pages do."""
    headers = client.get(path, base_url=ORIGIN).headers
    for name, value in response_headers(secure=True).items():
        assert headers[name] == value


def test_a_page_may_say_otherwise(client: FlaskClient) -> None:
    """Claim: a header that the page set itself stays."""
    assert client.get("/plain", base_url=ORIGIN).headers["Cache-Control"] == "max-age=60"


def test_the_policy_names_no_other_host_and_allows_nothing_inline() -> None:
    """Claim: only 'none' and 'self' stand in the Content-Security-Policy."""
    sources = {word for part in CONTENT_SECURITY_POLICY.split("; ") for word in part.split()[1:]}
    assert sources == {"'none'", "'self'"}


def test_the_cookie_is_bound_to_our_host_and_hidden_from_scripts(client: FlaskClient) -> None:
    """Claim: over https the cookie is `__Host-`, Secure and HttpOnly, lasts no longer than the browser, is set once."""
    first = client.get("/form", base_url=ORIGIN).headers["Set-Cookie"]
    assert first.startswith("__Host-form=")
    assert all(part in first for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
    assert "Domain" not in first
    assert "Expires" not in first
    assert "Set-Cookie" not in client.get("/form", base_url=ORIGIN).headers


def test_a_page_without_a_form_sets_no_cookie(client: FlaskClient) -> None:
    """Claim: who only reads is given nothing to keep."""
    assert "Set-Cookie" not in client.get("/plain", base_url=ORIGIN).headers


def test_on_loopback_the_cookie_is_plain() -> None:
    """Claim: over http, where browsers refuse Secure cookies, forms work all the same and no HSTS is sent."""
    client = small_app(secure=False).test_client()
    assert post(client, token=token_of(client)) == 200
    assert "Strict-Transport-Security" not in client.get("/plain", base_url=ORIGIN).headers


@given(st.text(), st.text())
def test_no_made_up_token_fits(token: str, browser_secret: str) -> None:
    """Claim: any text as a token has an answer, and only what was signed fits."""
    tokens = Tokens("k" * 32)
    assert not tokens.fits(token, browser_secret)
    assert tokens.fits(tokens.issue(browser_secret), browser_secret)
    assert not tokens.fits(tokens.issue(browser_secret), browser_secret + "x")


def test_transport_security_holds_for_two_years_and_what_is_below_us() -> None:
    """Claim: a browser that came once over https comes no other way, to names below ours either."""
    assert response_headers(secure=True)["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
