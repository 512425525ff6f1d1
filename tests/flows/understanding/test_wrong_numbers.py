"""Which number is wrong: the one that we texted, or one that we gave them.

A stranger who is asked "which place is it?" goes on getting a family's texts; a family whose own number is let go for
telling us of a listing is lost.
"""

import pytest

from flows.understanding import CompiledLexicon

OURS = """
the number you texted is wrong
the number is wrong this isnt sarah
that number is wrong im not sarah
you sent me this by mistake wrong number
you told me about someone else wrong number
you sent this to the wrong number
""".strip().splitlines()
THEIRS = """
the number is wrong
that number is wrong
you gave me the wrong number
you gave me the wrong number for the food bank
you sent me the wrong number for the library
the number you sent me is wrong
the number you texted me is wrong
the number is wrong this is not working
the number is wrong i'm not happy
the number is wrong it just rings
""".strip().splitlines()


@pytest.mark.parametrize("text", OURS)
def test_a_stranger_is_heard_as_one(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: that it is the number we texted is no fault of a listing."""
    assert lexicon.intent_kind(text) == "wrong-person"


@pytest.mark.parametrize("text", THEIRS)
def test_a_number_that_we_gave_is_a_listing(lexicon: CompiledLexicon, text: str) -> None:
    """Claim: a number that we told them of, and that is wrong, lets nobody's own number go."""
    assert lexicon.intent_kind(text) == "help/listing-wrong"
