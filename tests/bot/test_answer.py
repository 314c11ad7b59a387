"""Sentences of the bot's own edits: they always fit a message."""

from bot.answer import TEXT_MAX, fitting


def test_a_text_of_many_lines_is_cut_between_two() -> None:
    line = "あ" * 99
    shown = fitting("\n".join([line] * 30))
    assert len(shown) <= TEXT_MAX
    assert shown.split("\n") == [line] * 19 + ["…"]


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert fitting("a" * TEXT_MAX) == "a" * TEXT_MAX


def test_one_line_without_an_end_is_cut_all_the_same() -> None:
    assert len(fitting("a" * 5000)) == TEXT_MAX
