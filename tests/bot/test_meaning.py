"""The embedding: the same numbers from every thread, for whatever can be typed."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bot.meaning import meanings_of

TEXTS = ["he hit me", "where is the food bank", "nie mamy co jeść", "👍", "", "gdzie jest lekarz", "my son wont sleep"]


def test_threads_get_the_numbers_that_one_gets() -> None:
    """Claim: eight threads at once get for each text exactly what one gets alone."""
    alone = {text: meanings_of([text]) for text in TEXTS}
    with ThreadPoolExecutor(8) as pool:
        for text, found in zip(TEXTS * 12, pool.map(lambda text: meanings_of([text]), TEXTS * 12), strict=True):
            assert np.array_equal(found, alone[text])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "👍",
        "🏳️‍🌈" * 500,
        "x" * 2000,
        "he hit me " * 600,
        "\ud83d",
        "a\udc00b",
        "\x00",
        "\u202e",
        "\u0301" * 40,
    ],
    ids=ascii,
)
def test_whatever_can_be_typed_has_a_meaning(text: str) -> None:
    """Claim: nothing, emoji, 6,000 characters, half a pair of surrogates: 512 finite numbers."""
    (found,) = meanings_of([text])
    assert found.shape == (512,)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


def test_a_batch_is_its_texts() -> None:
    """Claim: what training embeds together is what serving embeds alone, as near as rounding lets it be."""
    together = meanings_of(TEXTS)
    assert together.shape == (len(TEXTS), 512)
    for row, text in zip(together, TEXTS, strict=True):
        assert np.allclose(row, meanings_of([text])[0], atol=1e-3)


def test_what_means_the_same_is_near() -> None:
    """Claim: across languages too: that is what it is for."""
    hungry, polish, swim = meanings_of(["we have no food", "nie mamy jedzenia", "swimming lessons on saturday"])
    assert hungry @ polish > 2 * abs(hungry @ swim)
