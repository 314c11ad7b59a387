"""The bench of the photos measures what it says, on few of them."""

import pytest

from foodgan.bench import photos


def test_every_figure_is_there_and_the_release_holds_every_photo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(photos, "PHONE", (800, 600))
    monkeypatch.setattr(photos, "KNOWN", 1000)
    monkeypatch.setattr(photos, "INTAKES", 2)
    monkeypatch.setattr(photos, "SEARCHES", 2)
    monkeypatch.setattr(photos, "DIFFERENT", 3)
    figures = photos.measure(20)
    assert figures["release_photos"] == 20
    assert all(figure > 0 for figure in figures.values())
