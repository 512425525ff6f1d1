"""What /help did not find: counted with no words beside it, and a person offered."""

import pytest
import sqlalchemy as sa

from bot.store.published import SearchLogRow
from tests.houses import Home
from tests.web.test_public import search
from tests.web.visitor import Page, Visitor

NOBODY = "purple zebra accordion"


def counted(home: Home) -> list[tuple[str, str | None, int]]:
    """Each search that was counted: needs, area, found."""
    with home.house.db.read() as tx:
        columns = (SearchLogRow.needs, SearchLogRow.area, SearchLogRow.found)
        rows = tx.execute(sa.select(*columns).order_by(SearchLogRow.id))
        return [(str(needs), area, int(found)) for needs, area, found in rows]


def test_a_search_that_finds_nothing_is_counted(family: Visitor, home: Home) -> None:
    """Claim: by need and the first half of the postcode alone, on either database; what is found is not counted."""
    assert not search(family, text=NOBODY, postcode="SW18 2PU").texts("listing")
    assert search(family, text="food bank", postcode="SW18 2PU").texts("listing")
    family.client.get("/help?need=food")
    assert counted(home) == [("", "SW18", 0)]


def test_the_need_is_counted_where_one_is_understood(family: Visitor, home: Home) -> None:
    """Claim: the need that was chosen, or heard in the words, stands in the count."""
    assert not search(family, text="", need="playgroups", postcode="M14 5RX", age="22").texts("listing")
    assert not search(family, text="a toddler group please", postcode="M14 5RX", age="22").texts("listing")
    assert [needs.split(",")[0] for needs, _, _ in counted(home)] == ["playgroups", "playgroups"]
    assert {area for _, area, _ in counted(home)} == {"M14"}


def test_the_end_of_a_list_is_no_unmet_need(family: Visitor, home: Home) -> None:
    """Claim: asking for more than there is counts nothing."""
    search(family, need="food", skip="400")
    assert counted(home) == []


def test_nothing_found_offers_a_person(family: Visitor, home: Home) -> None:
    """Claim: the telephone and its hours are on the page; one button, with no JavaScript, puts them before a person.

    The case holds none of the words that were typed into the search.
    """
    page = search(family, text=NOBODY)
    told = " ".join(page.texts("govuk-body"))
    assert "020 7946 0110" in told
    assert "Monday to Friday, 9am to 5pm" in told
    form = page.form("ask-a-person")
    assert form["action"] == "/chat"
    answer = family.client.post("/chat", data={"csrf_token": form["csrf_token"], "text": "Talk to a person"})
    assert answer.status_code == 303
    assert [case.reason for case in home.cases()] == ["asked-for-person"]
    assert NOBODY not in " ".join(Page(family.client.get("/").text).texts("app-words"))


def test_the_page_comes_though_the_count_cannot_be_kept(
    family: Visitor, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Claim: where nothing can be written, a family is still told what there is and offered a person."""
    with home.house.db.write() as tx:
        tx.execute(sa.text("DROP TABLE search_log"))
    assert search(family, text=NOBODY).form("ask-a-person")
    assert NOBODY not in caplog.text
