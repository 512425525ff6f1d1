"""What is found, in which order, and why."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.needs import HELPS_WITH
from directory.places import Place, distance_km
from directory.reach import Ground
from directory.search import REACH_KM, Query, Result, Snapshot, fits_age, search
from directory.service import Location, Organisation, Service, ServiceArea
from tests.directory.samples import needs, places, sample
from tests.directory.strategies import services

WANDSWORTH = ServiceArea(code="E09000032", name="Wandsworth")
UK = ServiceArea(code="K02000001", name="the UK")
ENGLAND = ServiceArea(code="E92000001", name="England")


def service(name: str, **fields: object) -> Service:
    plain = Service(id=name, name=name, organisation=Organisation(id="o", name="Org"), needs=("food",))
    return replace(plain, **fields)  # type: ignore[arg-type]


def venue(postcode: str) -> tuple[Location, ...]:
    point = places().point(postcode)
    assert point is not None
    return (Location(id=postcode, postcode=postcode, lat=point[0], lon=point[1]),)


def place(text: str) -> Place:
    found = places().read(text)
    assert found is not None
    return found


def found(*offered: Service, labels: Mapping[str, str] | None = None, **query: object) -> list[Result]:
    asked = {"needs": ("food",), "limit": 20} | query
    return list(search(Snapshot(offered, labels=labels), Query(**asked)).results)  # type: ignore[arg-type]


def names(*offered: Service, **query: object) -> list[str]:
    return [result.service.name for result in found(*offered, **query)]


@cache
def shipped() -> Snapshot:
    return Snapshot(sample(), labels=needs())


def test_a_venue_in_reach_or_an_area_that_covers_both_count() -> None:
    """Claim: nearness and coverage are each enough; what is neither is not offered."""
    near, wide = service("near", locations=venue("SW18 4DN")), service("wide", service_areas=(WANDSWORTH,))
    far = service("far", locations=venue("SE1 7QP"))
    assert set(names(near, wide, far, place=place("SW18 2PU"))) == {"near", "wide"}


def test_council_only_services_stop_at_the_border() -> None:
    """Claim: a council-only service is not offered over the border, however near; another one is."""
    only = service("only", locations=venue("SW12 9BQ"), service_areas=(WANDSWORTH,), council_only=True)
    anyone = service("anyone", locations=venue("SW12 9BQ"), service_areas=(WANDSWORTH,))
    lambeth = place("SW4 7AA")
    assert lambeth.lad_code == "E09000022"
    assert names(only, anyone, place=lambeth) == ["anyone"]
    assert set(names(only, anyone, place=place("SW18 2PU"))) == {"only", "anyone"}


def test_out_of_area_a_national_service_or_nothing() -> None:
    """Claim: a family in Crawley is offered what covers them, never a venue in Wandsworth."""
    local = service("local", locations=venue("SW18 4DN"), service_areas=(WANDSWORTH,))
    national = service("national", service_areas=(UK,))
    assert names(local, national, place=place("RH10 1HT")) == ["national"]
    assert names(local, place=place("RH10 1HT")) == []


def test_a_nation_is_not_the_kingdom() -> None:
    """Claim: what covers England is not offered in Scotland, and an unplaced postcode gets only what covers all."""
    england, kingdom = service("england", service_areas=(ENGLAND,)), service("kingdom", service_areas=(UK,))
    assert names(england, kingdom, place=place("EH4 7BS")) == ["kingdom"]
    assert names(england, kingdom, place=place("BT1 1AA")) == ["kingdom"]


def test_an_entry_that_names_no_place_serves_the_councils_own() -> None:
    """Claim: neither venue nor area: offered to the council's own postcodes only, for nothing better is known."""
    bare = Snapshot([service("bare")], home=frozenset({"E09000032"}))
    for where, expected in (("SW18 2PU", 1), ("SW4 7AA", 0), ("RH10 1HT", 0)):
        assert search(bare, Query(needs=("food",), place=place(where))).total == expected


def test_a_whole_postcode_is_measured_and_a_part_is_only_near() -> None:
    """Claim: one decimal from a whole postcode; "near SW18" and no figure from a part of one."""
    (exact,) = found(service("a", locations=venue("SW18 4DN")), place=place("SW18 2PU"))
    assert exact.distance_km == round(exact.distance_km or 0, 1)
    assert f"{exact.distance_km} km from SW18 2PU" in exact.why
    (wide,) = found(service("a", locations=venue("SW18 4DN")), place=place("SW18"))
    assert (wide.distance_km, wide.near) == (None, "SW18")
    assert "near SW18" in wide.why


def test_an_area_wide_service_says_so() -> None:
    """Claim: with no venue to walk to, the reason is the area it covers."""
    (result,) = found(service("a", service_areas=(WANDSWORTH,)), place=place("SW18 2PU"))
    assert result.distance_km is None
    assert "covers all of Wandsworth" in result.why


@pytest.mark.parametrize(
    ("low", "high", "age", "fits"),
    [
        (0, 4, 4.9, True), (0, 4, 5, False), (5, 11, 4.9, False), (None, 1.5, 1.5, True), (None, 1.5, 1.6, False),
        (None, None, 30, True), (11, None, 18, True), (18, None, 4, False), (0, 4, None, True),
    ],
)  # fmt: skip
def test_age_is_a_condition(low: float | None, high: float | None, age: float | None, *, fits: bool) -> None:
    """Claim: a whole maximum lasts until the next birthday, a part year does not."""
    offered = service("a", min_age=low, max_age=high)
    assert fits_age(offered, age) is fits
    assert bool(names(offered, age=age)) is fits


def test_reasons_are_ones_a_family_can_check() -> None:
    """Claim: need, words, age, distance and cost are told in plain words."""
    offered = service(
        "Little Talkers", description="For children who are not talking much", needs=("child-development",),
        min_age=0.0, max_age=5.0, cost="Free", locations=venue("SW18 4DN"),
    )  # fmt: skip
    (result,) = found(
        offered,
        labels=needs(),
        text="my 4yr old is not talking much yet",
        needs=("child-development",),
        age=4.0,
        place=place("SW18 2PU"),
    )
    assert result.why == (
        "helps with child development and speech",
        "matches 'talking'",
        "for children aged 0 to 5",
        f"{result.distance_km} km from SW18 2PU",
        "free",
    )


def test_every_need_is_named_in_a_familys_words() -> None:
    """Claim: the words cover needs.yaml exactly, and a need added later is named by its label, then its id."""
    assert HELPS_WITH.keys() == needs().keys()
    for need in needs():
        (result,) = found(service("a", needs=(need,)), needs=(need,))
        assert result.why == (f"helps with {HELPS_WITH[need]}",)
    (labelled,) = found(service("a", needs=("new-need",)), needs=("new-need",), labels={"new-need": "Tea and ADHD"})
    assert labelled.why == ("helps with tea and ADHD",)
    (bare,) = found(service("a", needs=("new-need",)), needs=("new-need",))
    assert bare.why == ("helps with new need",)


def test_full_services_come_last() -> None:
    """Claim: a full service is shown after every other, and says so."""
    full = service("full", locations=venue("SW18 4DN"), accepting="full", description="food bank open today")
    waiting = service("waiting", locations=venue("SW11 1EJ"), accepting="waiting-list")
    results = found(full, waiting, text="food bank", place=place("SW18 4DN"))
    assert [result.service.name for result in results] == ["waiting", "full"]
    assert any("full just now" in reason for reason in results[1].why)


def test_what_is_not_active_is_never_offered() -> None:
    """Claim: inactive, defunct and temporarily closed services are not found."""
    for status in ("inactive", "defunct", "temporarily closed"):
        assert names(service("a", status=status)) == []


def test_language_and_words_rank() -> None:
    """Claim: between equals, the family's language wins; a word in the name weighs more than in the description."""
    polish, plain = service("b", languages=("pl",)), service("a")
    assert names(polish, plain, language="pl") == ["b", "a"]
    named, told = service("Swimming"), service("A club", description="swimming")
    assert names(told, named, text="swimming") == ["Swimming", "A club"]


def test_several_needs_are_each_answered() -> None:
    """Claim: three good answers to the first need do not hide the second."""
    first = [service(f"food {n}") for n in range(4)]
    second = service("debt", needs=("debt",))
    assert "debt" in names(*first, second, needs=("food", "debt"))[:3]


@pytest.mark.parametrize(
    "text",
    ["what is the capital of France", "car insurance quote", "asdf", "can you order me a pizza", "tell me a joke", "",
     "what time is the train", "i want to buy a house", "football world cup scores", "bus timetable", "hello", "4",
     "😀"],
)  # fmt: skip
def test_an_unrelated_query_finds_nothing(text: str) -> None:
    """Claim: nothing found is better than something silly."""
    assert search(shipped(), Query(text=text, place=place("SW18 2PU"))).results == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("girls basketbal", "Girls Play basketball (sample)"),
        ("brekfast club", "Early Birds Breakfast Club (sample)"),
        ("swiming lesons", "Splash swimming lessons (sample)"),
        ("earlsfield libary", "Earlsfield Library"),
        ("uniform swop", "Uniform Swap (sample)"),
        ("housnig optoins", "Housing Options team (sample)"),
        ("librray servcies in balham", "Balham Library"),
    ],
)
def test_a_slip_of_spelling_still_finds_it(text: str, name: str) -> None:
    """Claim: one slip a word is mended against the directory's own words, with no need understood."""
    results = search(shipped(), Query(text=text, place=place("SW18 2PU"))).results
    assert results[0].service.name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [("home start", "Home-Start"), ("is there a home start near me?", "Home-Start"),
     ("start for life", "Start for Life"),
     ("stop it now", "Stop It Now helpline"), ("free to be", "Free to Be (sample)")],
)  # fmt: skip
def test_a_name_of_everyday_words_is_a_name(text: str, name: str) -> None:
    """Claim: an entry asked for by its whole name comes first, though its words tell nothing by themselves."""
    first = search(shipped(), Query(text=text)).results[0]
    assert first.service.name == name
    assert any(reason.startswith("matches") for reason in first.why)


@pytest.mark.parametrize(
    "text", ["i want to be free of him", "start my life again", "stop", "can she start home school"]
)
def test_a_sentence_is_no_name(text: str) -> None:
    """Claim: everyday words that happen to stand in a name ask for nothing by it."""
    found = search(shipped(), Query(text=text, place=place("SW18 2PU"), limit=20)).results
    named = {result.service.name for result in found}
    assert named.isdisjoint({"Free to Be (sample)", "Start for Life", "Stop It Now helpline", "Home-Start"})


def test_all_the_words_of_a_name_are_enough() -> None:
    """Claim: words that nearly every entry could carry find what has all of them in its name; one alone finds none."""
    offered = (service("Family Support Team"), service("Family Club"), service("Team"))
    assert names(*offered, text="family support team", needs=()) == ["Family Support Team"]
    assert names(*offered, text="family", needs=()) == []


def test_the_mark_of_a_sample_is_no_word_to_search_by() -> None:
    """Claim: "sample" finds nothing, though half of the shipped names end in it."""
    assert search(shipped(), Query(text="sample")).results == ()


@pytest.mark.parametrize("where", ["IM1 1AA", "JE2 3AB", "GY1 1AA"])
def test_what_serves_england_is_not_offered_on_the_islands(where: str) -> None:
    """Claim: where the nation is not known, only what covers the whole kingdom is offered."""
    england, kingdom = service("england", service_areas=(ENGLAND,)), service("kingdom", service_areas=(UK,))
    assert names(england, kingdom, service("here", service_areas=(WANDSWORTH,)), place=place(where)) == ["kingdom"]


@settings(max_examples=40)
@given(st.lists(services(), max_size=6, unique_by=lambda one: one.id), st.sampled_from(["SW18 2PU", "SW18", "SW4 7AA"]))
def test_every_distance_is_of_the_nearest_venue(offered: list[Service], where: str) -> None:
    """Claim: weighed all at once, each entry is as far as its nearest venue measured by itself, or has no distance."""
    at = place(where)
    reach = Ground(offered, home=frozenset()).reach(at)
    for service_, offers, km in zip(offered, reach.offered, reach.km, strict=True):
        points = [(one.lat, one.lon) for one in service_.locations if one.lat is not None and one.lon is not None]
        if offers and points:
            assert km == pytest.approx(min(distance_km(at.lat or 0, at.lon or 0, *point) for point in points))
        if not points:
            assert np.isinf(km)


def test_pages_join_without_gap_or_repeat() -> None:
    """Claim: paging by skip and limit shows each result once, in the order of one long page."""
    query = Query(needs=("things-to-do", "learning-help"), place=place("SW18"), limit=50)
    whole = [result.service.id for result in search(shipped(), query).results]
    paged: list[str] = []
    while True:
        page = search(shipped(), replace(query, skip=len(paged), limit=3))
        paged += [result.service.id for result in page.results]
        assert page.total == len(whole)
        if not page.more:
            break
    assert paged == whole
    assert len(set(whole)) == len(whole)


@settings(max_examples=60)
@given(
    st.lists(services(), max_size=8, unique_by=lambda one: one.id),
    st.text(alphabet="abcdé ", max_size=20),
    st.sampled_from(["SW18 2PU", "SW18", "RH10 1HT", "EH4 7BS", "BT1 1AA"]),
    st.none() | st.floats(0, 25),
)
def test_conditions_hold_for_any_directory(offered: list[Service], text: str, where: str, age: float | None) -> None:
    """Claim: nothing out of age, reach or council is ever offered, and the order is a function of the input."""
    at = place(where)
    query = Query(text=text, needs=("food", "debt"), place=at, age=age, limit=50)
    results = search(Snapshot(offered), query).results
    assert results == search(Snapshot(offered), query).results
    for result in results:
        one = result.service
        assert one.status == "active"
        assert fits_age(one, age)
        covered = any(area.code == at.lad_code or area.national for area in one.service_areas)
        assert covered or any(where.lat is not None for where in one.locations)
        if one.council_only:
            assert covered
        if result.distance_km is not None and not covered:
            assert result.distance_km <= REACH_KM + 0.05


def test_one_snapshot_serves_many_threads() -> None:
    """Claim: the same question at once from several threads has the same answer."""
    query = Query(text="stay and play", needs=("playgroups",), place=place("SW18 2PU"), age=1.0)
    alone = search(shipped(), query)
    with ThreadPoolExecutor(4) as threads:
        assert all(answer == alone for answer in threads.map(lambda _: search(shipped(), query), range(40)))
