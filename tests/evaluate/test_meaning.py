"""What a figure is called claims no more than was done."""

import pytest

from foodgan.contract.phrases import say
from foodgan.evaluate.meaning import MEANINGS, Meaning


@pytest.mark.parametrize(
    "meaning",
    [meaning for meaning in MEANINGS if meaning.key.endswith("_unchosen")],
    ids=lambda meaning: meaning.key,
)
def test_photos_that_model_choose_does_not_look_at_are_called_so(meaning: Meaning) -> None:
    """Settings of lessons were chosen by people, by the distance to all held-out photos."""
    assert meaning.title.endswith("photos that `model choose` does not look at")
    assert "somebody chose" in meaning.sentence
    assert "人が決めた" in say("ja", meaning.phrase)
