"""Arbitrary services, as clean as an import leaves them."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from directory.service import ACCEPTING, STATUSES, Location, Opening, Organisation, Service, ServiceArea

words = st.text(alphabet="abc dé£'0-,.", min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)
cells = st.text(alphabet="abcdé£0 ", min_size=1, max_size=15).map(lambda text: " ".join(text.split())).filter(bool)
ids = st.uuids(version=4).map(str)
hours = st.builds(
    Opening,
    day=st.sampled_from(["MO", "TU", "SA", "SU"]),
    opens=st.sampled_from(["08:00", "09:30"]),
    closes=st.sampled_from(["12:00", "17:45"]),
)
spread = st.lists(hours, max_size=2).map(tuple)
points = st.sampled_from([(None, None), (51.45, -0.18), (51.5, -0.1)])


@st.composite
def locations(draw: st.DrawFn) -> Location:
    lat, lon = draw(points)
    return Location(
        id=draw(ids),
        name=draw(cells),
        address=draw(cells | st.just("")),
        postcode=draw(st.none() | st.just("SW18 2PU")),
        lat=lat,
        lon=lon,
        hours=draw(spread),
        hours_note=draw(cells | st.just("")),
        accessibility=tuple(draw(st.lists(cells, max_size=2, unique=True))),
    )


@st.composite
def services(draw: st.DrawFn) -> Service:
    low = draw(st.none() | st.integers(0, 10).map(float))
    venues = tuple(draw(st.lists(locations(), max_size=2, unique_by=lambda venue: venue.id)))
    return Service(
        id=draw(ids),
        name=draw(words),
        organisation=Organisation(
            id=draw(ids),
            name=draw(words),
            url=draw(st.none() | st.just("https://org.example.org")),
            description=draw(words | st.just("")),
            charity=draw(st.sampled_from((None, "1091234", "SC012345", "NIC100001"))),
        ),
        description=draw(words | st.just("")),
        url=draw(st.none() | st.just("https://one.example.org/a")),
        phone=draw(st.none() | st.just("020 7946 0101")),
        email=draw(st.none() | st.just("a@one.example.org")),
        needs=tuple(draw(st.lists(st.sampled_from(["food", "debt", "send", "dads"]), max_size=3, unique=True))),
        min_age=low,
        max_age=draw(st.none() | st.floats(11, 25, width=16)),
        cost=draw(st.none() | words),
        languages=tuple(draw(st.lists(st.sampled_from(["en", "pl", "so"]), max_size=2, unique=True))),
        accessibility=tuple(draw(st.lists(cells, max_size=2, unique=True))),
        refer=draw(words | st.just("")),
        locations=venues,
        hours=() if len(venues) == 1 else draw(spread),
        hours_note="" if len(venues) == 1 else draw(cells | st.just("")),
        service_areas=tuple(
            draw(
                st.lists(
                    st.builds(
                        ServiceArea,
                        code=st.sampled_from(["E09000032", "E09000022", "K02000001"]),
                        name=st.sampled_from(["Wandsworth", "the UK"]),
                    ),
                    max_size=2,
                    unique=True,
                )
            )
        ),
        council_only=draw(st.booleans()),
        accepting=draw(st.sampled_from(ACCEPTING)),
        accepting_on=draw(st.none() | st.dates()),
        status=draw(st.sampled_from(STATUSES)),
        assured_on=draw(st.none() | st.dates()),
        modified_at=draw(st.none() | st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001 (Hypothesis adds the zone)
        source=draw(words),
        sample=draw(st.booleans()),
    )
