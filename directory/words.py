"""Words of a request matched to words of the directory: plain forms, and typing slips put right."""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

# Words that say that somebody asks, not what for. They match nothing.
_ASKING = frozenset(
    """
    a about above after again all also am an and any anyone anything are aren around as ask at away
    bad be because been before being best better big but by call came can cant cheap cheapest come could couldn couldnt
    day days did didn didnt do does doesn doesnt doing don done dont each either else even ever every
    feel feeling few find first for from full get gets getting give go goes going gone good got
    had has hasn hasnt have haven havent having he her here hers hes hey hi him his hello how i id if ill im in into is
    isn isnt it its ive just keep keeps kind know let like little ll local long look looking lot
    made make makes many may maybe me might mine mines more most much must my near nearby need needs never new next no
    not nothing now of off ok on once one only open or other our ours out over own
    please place places put really right run s said same saw say says see she shes should show so some someone
    something somewhere sometimes soon sort start still stop such sure t take tell than thank thanks that thats the
    their them then there theres these they theyre thing things think this those though time times to today told
    tomorrow tonight too took try trying two under until up us use used ve very want wants was wasn wasnt way we week
    weeks well went were what whats when where which while who whos why will wish with without wont work would wouldn
    wouldnt year years yes yet you your yr yrs old gonna wanna n u ur r pls plz cos coz bout ppl getting offer offers
    available service services information details run free
    """.split()  # noqa: SIM905 (one word a token, read as prose)
)
# Words nearly every entry could carry: they may add to a match, and never make one alone.
_COMMON = frozenset(
    """
    activity advice baby borough boy centre charity child club community council course drop family father free girl
    group help home kid lad lass man mother mum mums mom dad daughter son session support team toddler woman young
    people person parent partner school london street road house national life
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")


def plain(text: str) -> str:
    """Lower case, Latin accents dropped: "Crèche" is "creche"."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(char for char in split if not "\u0300" <= char <= "\u036f"))


def stem(word: str) -> str:
    """One form for "tutor", "tutors" and "tutoring". Short words stay: a stem of two letters says nothing."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith(("sses", "shes", "ches", "xes")) else word[:-1]
    for ending in ("ing", "ed"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            root = word[: -len(ending)]
            return root[:-1] if root[-1] == root[-2] and root[-1] not in "ls" else root
    return word


def words_of(text: str) -> list[tuple[str, str]]:
    """Each telling word of the text in order, as (the word as written in lower case, its stem); none twice."""
    seen: dict[str, str] = {}
    for found in _WORD.findall(text.replace("\u2019", "'")):
        bare = plain(found).replace("'", "")
        base = plain(found).split("'", maxsplit=1)[0]
        if bare in _ASKING or base in _ASKING or len(base) < 2:
            continue
        seen.setdefault(stem(base), found.lower())
    return [(word, root) for root, word in seen.items()]


def is_common(root: str) -> bool:
    return root in _COMMON


class Vocabulary:
    """The directory's own words: what a misspelt word may have meant. Never changes: share it between threads."""

    def __init__(self, roots: Iterable[str]) -> None:
        self._known = frozenset(roots)
        by_letter: dict[str, list[str]] = {}
        for root in sorted(self._known):
            by_letter.setdefault(root[0], []).append(root)
        self._by_letter = {letter: tuple(found) for letter, found in by_letter.items()}

    def meant(self, root: str, *, mend: bool = True) -> tuple[str, ...]:
        """The word itself where the directory has it; else up to three it is one slip from (two in long words).

        The first letter is taken as meant: slips there are rare, and "walking" is not "talking".
        """
        if root in self._known:
            return (root,)
        if len(root) < 4 or not mend:
            return ()
        slips = 1 if len(root) < 8 else 2
        near = extract(
            root, self._by_letter.get(root[0], ()), scorer=OSA.distance, score_cutoff=slips, limit=3, processor=None
        )
        best = min((distance for _, distance, _ in near), default=0)
        return tuple(word for word, distance, _ in near if distance == best and len(word) >= 4)
