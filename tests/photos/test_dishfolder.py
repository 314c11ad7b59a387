"""A dish's folder has a safe name, whatever the dish is called."""

import pytest

from foodgan.photos.dishfolder import folder_of
from tests.photos.gallery import NAMES


@pytest.mark.parametrize(
    "name", [*NAMES, "a" * 100, "味" * 100, "デバッグ dev", "Test", "検定test"]
)
def test_a_dishs_folder_is_safe_and_its_own(name: str) -> None:
    found = folder_of(name)
    assert len(found.encode()) <= 200
    assert not set(found) & set("/\\*?[]{}<>|\"'`:%\0")
    assert not found.startswith(".")
    others = {folder_of(other) for other in (*NAMES, name.upper() + "!") if other != name}
    assert found not in others


def test_plain_names_are_folders_as_they_are() -> None:
    assert folder_of("味噌ラーメン") == "味噌ラーメン"
    assert folder_of("latest trend") == "latest trend"
