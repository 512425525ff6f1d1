"""Made-up services with fixed seeds, and what a family might type to find one, with and without slips.

The floor measurements come with the project's design; the words and their shapes are theirs. Here each service also
gets a place on London's map, needs and an age, so that the product's whole search works on it.
"""

# ruff: noqa: SIM905 (word lists are read as running words)

import random

from directory.service import Location, Organisation, Service

ADJ = """
    Sunny Bright Little Riverside Hillside Oakwood Maple Cedar Harbor Green Golden Silver Northern Southern Eastern
    Western Central Community United First New Family Lakeside Valley Mountain Prairie Willow Birch Juniper Meadow
    Stone Bridge Liberty Unity Hope Grace Haven Beacon Summit Horizon Compass Anchor Lantern Harvest Orchard Garden
    Sparrow Robin Falcon
""".split()
KIND = """
    Childcare Preschool Daycare Clinic Pharmacy Shelter Pantry Library School Kindergarten Hospital Counseling
    Therapy Mediation Legal Housing Employment Training Tutoring Afterschool Playgroup Nursery Transport Respite
    Hospice Dental Vision Nutrition Parenting Fatherhood Motherhood Grandparent Adoption Foster Disability Autism
    Hearing Speech Immunization Wellness Recovery Addiction Crisis Grief Veterans Refugee Immigrant Youth Teen
    Senior
""".split()
TAIL = """
    Center Services Network Program House Alliance Partners Association Collective Project Foundation Institute
    Office Group Team Hub Cooperative Society Trust League
""".split()
STREET = [
    start + end
    for start in "Brook Ash Wind Kings Queens Fair Glen Clear Spring Summer Winter Rock Sand Thorn Elm Pine Fox".split()
    for end in "field dale ton ville ford bury wick ham mont side port burg land crest view".split()
]
VERB = """
    helps supports offers provides gives connects teaches guides assists serves
""".split()
WHO = (
    "parents of toddlers|single mothers|new fathers|grandparents raising children|teenagers|"
    "children with special needs|families in crisis|low income households|foster families|expectant mothers|"
    "newcomers|veterans and spouses|caregivers|school age children|people looking for work"
).split("|")
WHAT = (
    "free meals|speech therapy|emergency shelter|rent assistance|legal advice|play sessions|homework help|vaccines|"
    "dental care|grief counseling|job training|language classes|car seats and diapers|sleep coaching|"
    "anger management|budget planning|respite care|transport to appointments|tutoring in math|support groups"
).split("|")
SOUNDS = ("b br c ch d dr f g gr h j k kl l m n p pr r s sh st t tr v w".split(), "a e i o u ai ee ou".split())
ENDS = ("n", "son", "man", "l", "r", "s", "ck", "tt", "")


def _surnames(count: int) -> list[str]:
    r = random.Random(0)
    return sorted(
        {
            "".join(r.choice(SOUNDS[0]) + r.choice(SOUNDS[1]) for _ in range(r.choice((2, 2, 3)))).capitalize()
            + r.choice(ENDS)
            for _ in range(count)
        }
    )


def services(count: int, needs: list[str], seed: int = 1) -> list[Service]:
    """`count` services across Greater London, each with one of `needs`, half of them for an age."""
    r = random.Random(seed)
    surnames = _surnames(8000)
    out = []
    for i in range(count):
        place = r.choice(STREET) if r.random() < 0.5 else surnames[int(len(surnames) * r.random() ** 2)]
        form = r.random()
        if form < 0.5:
            name = f"{place} {r.choice(KIND)} {r.choice(TAIL)}"
        elif form < 0.8:
            name = f"{r.choice(ADJ)} {r.choice(ADJ)} {r.choice(KIND)} {r.choice(TAIL)}"
        else:
            name = f"{r.choice(ADJ)} {place} {r.choice(KIND)}"
        told = f"{name} {r.choice(VERB)} {r.choice(WHO)} with {r.choice(WHAT)} and {r.choice(WHAT)} in {place}."
        venue = Location(id=f"v{i}", lat=51.3 + r.random() * 0.4, lon=-0.5 + r.random() * 0.8)
        out.append(
            Service(
                id=f"s{i}", name=name, organisation=Organisation(id=f"o{i}", name=f"{place} {r.choice(TAIL)}"),
                description=told, needs=(r.choice(needs),), locations=(venue,),
                min_age=0 if i % 2 else None, max_age=r.choice((5, 11, 18)) if i % 2 else None,
            )
        )  # fmt: skip
    return out


def typo(word: str, r: random.Random) -> str:
    if len(word) < 4:
        return word
    i = r.randrange(1, len(word) - 1)
    return (
        word[:i] + word[i + 1 :],
        word[:i] + word[i + 1] + word[i] + word[i + 2 :],
        word[:i] + r.choice("abcdefghijklmnopqrstuvwxyz") + word[i + 1 :],
        word[:i] + word[i] + word[i:],
    )[r.randrange(4)]


def queries(found: list[Service], count: int, typos: int, seed: int = 2) -> list[tuple[str, str]]:
    """(what is typed, the name it means): up to three words of a service's name, `typos` of them misspelt."""
    r = random.Random(seed)
    out = []
    for service in r.sample(found, min(count, len(found))):
        name = service.name.lower().removesuffix("(sample)")
        words = "".join(ch if ch.isalnum() else " " for ch in name).split()
        words = words if len(words) <= 3 else r.sample(words, 3)
        hit = set(r.sample(range(len(words)), min(typos, len(words))))
        typed = " ".join(typo(word, r) if i in hit else word for i, word in enumerate(words))
        out.append((typed, service.name))
    return out
