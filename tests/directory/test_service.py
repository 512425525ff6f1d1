"""Services as documents, and the words families see of them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from directory.service import (
    Organisation,
    Service,
    ages_in_words,
    contact_in_words,
    from_document,
    from_text,
    to_document,
    to_text,
)
from tests.directory.samples import needs, sample
from tests.directory.strategies import services

PLAIN = Service(id="1", name="Group", organisation=Organisation(id="o", name="Org"))


@settings(max_examples=60, deadline=None)
@given(services())
def test_a_document_gives_back_the_service(service: Service) -> None:
    """Claim: nothing is lost between a service and what the store keeps."""
    assert from_document(to_document(service)) == service
    assert from_text(to_text(service)) == service
    assert to_text(from_text(to_text(service))) == to_text(service)


def test_the_whole_sample_survives_its_documents() -> None:
    """Claim: the same for each entry that ships."""
    assert [from_document(to_document(service)) for service in sample()] == list(sample())


@pytest.mark.parametrize(
    "broken", [{}, {"organisation": {}}, to_document(PLAIN) | {"accepting": "maybe"}, to_document(PLAIN) | {"x": 1}]
)
def test_what_is_not_ours_is_refused(broken: dict[str, Any]) -> None:
    """Claim: a document of another shape raises, and is never half a service."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_document(broken)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (None, None, None),
        (0, 4, "0 to 4 years"),
        (None, 4, "0 to 4 years"),
        (5, None, "5 years and over"),
        (None, 1.5, "up to 18 months"),
        (0.5, 1.5, "6 months to 18 months"),
        (11, 11, "11 years"),
    ],
)
def test_ages_in_words(low: float | None, high: float | None, words: str | None) -> None:
    """Claim: an age range reads as people say it."""
    assert ages_in_words(replace(PLAIN, min_age=low, max_age=high)) == words


def test_how_to_get_in_touch_always_says_something_true() -> None:
    """Claim: telephone first, then the web; with neither, how to come."""
    both = replace(PLAIN, phone="020 7946 0101", url="https://one.example.org/")
    assert contact_in_words(both) == "Telephone 020 7946 0101, one.example.org"
    assert contact_in_words(replace(PLAIN, refer="Just come along")) == "Just come along"


def test_the_sample_covers_every_need_near_wandsworth_and_for_real() -> None:
    """Claim: each of the 45 needs has a service for Wandsworth, and one that is no sample."""
    local: set[str] = set()
    real: set[str] = set()
    for service in sample():
        assert set(service.needs) <= set(needs())
        if not service.sample:
            real.update(service.needs)
        if not service.national:
            local.update(service.needs)
    assert len(sample()) >= 200
    assert local == set(needs())
    assert real == set(needs())


def test_samples_say_so_and_could_reach_nobody() -> None:
    """Claim: an invented service is marked, its number is one Ofcom keeps for drama, its address example.org."""
    for service in sample():
        assert service.sample == ("(sample)" in service.name)
        if service.sample:
            assert service.phone is not None
            assert service.phone.startswith("020 7946 0")
            assert service.url is not None
            assert service.url.endswith("example.org")
            assert service.email is None


def test_real_national_lines_carry_the_day_they_were_checked() -> None:
    """Claim: no national number is offered without a date."""
    for service in sample():
        if service.national:
            assert service.assured_on is not None


def test_every_venue_of_the_sample_is_on_the_map() -> None:
    """Claim: no shipped venue lacks its point, and ids are unique."""
    assert all(venue.lat is not None for service in sample() for venue in service.locations)
    assert len({service.id for service in sample()}) == len(sample())
