"""What the pages say of one another, and what they promise to members."""

import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote

import pytest

from foodgan import registry
from foodgan.metrics.nearest import Nearest
from foodgan.training.new_names import _ending_in_known_words, known_names

ROOT = Path(__file__).parents[2]
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    ROOT / "foodgan/weights/README.md",
]


def anchor(heading: str) -> str:
    """What GitHub makes of a heading: small letters, blanks as hyphens, no other signs."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip().lower()).replace(" ", "-")
    kept = (sign for sign in words if sign in "-_" or unicodedata.category(sign)[0] in "LMN")
    return "".join(kept)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    for link in (unquote(link) for link in links if not link.startswith("http")):
        path, _, heading = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), link
        if heading:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in map(anchor, headings), link


def test_members_are_told_of_learning_what_the_model_does_with_the_names_of_the_examples() -> None:
    """Else who hands over a fox udon waits for news that never come."""
    page = (ROOT / "docs/members.ja.md").read_text(encoding="utf-8")
    [learned] = re.findall(r"^画家が覚えるのは、(.*)のような", page, re.MULTILINE)
    [passed_over] = re.findall(r"^(.*)のように、画家の知っている言葉で終わる", page, re.MULTILINE)
    index = Nearest.open(registry.SHIPPED)
    names = re.findall("「(.*?)」", f"{learned} {passed_over}")
    known = _ending_in_known_words(names, set(known_names(index)))
    assert known == set(re.findall("「(.*?)」", passed_over))
    assert len(known) == 2
    assert set(names) - known == {"部長スペシャル"}
    assert "このお知らせも届きません" in page
