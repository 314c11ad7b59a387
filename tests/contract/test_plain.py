"""What strangers wrote moves no cursor and hides nothing, and what people wrote stays as it is."""

import pytest

from foodgan.contract.plain import plain, visible

TITLE = "\x1b]0;mine\x07"  # names a terminal's window


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (f"MIT{TITLE}", "MIT]0;mine"),
        ("山田\u3000太郎", "山田 太郎"),
        ("two\r\nlines", "two  lines"),
        ("\x9b2J\u202egpj.exe", "2Jgpj.exe"),
        ("[/x] é 親子丼 🍙", "[/x] é 親子丼 🍙"),
    ],
)
def test_what_cannot_be_printed_is_left_out_of_a_line(given: str, left: str) -> None:
    assert plain(given) == left


def test_control_characters_are_shown_as_what_they_are() -> None:
    assert visible(f"a{TITLE}\x9b\u202e\r\n\tb") == "a\\x1b]0;mine\\x07\\x9b\\u202e\\r\n\tb"
    assert visible("親子丼\u3000🍙 👨‍👩‍👧") == "親子丼\u3000🍙 👨‍👩‍👧"
