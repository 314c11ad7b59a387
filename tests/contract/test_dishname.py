"""What a member may type as a dish's name, and how it is shown."""

import subprocess
import sys

import pytest

from foodgan.contract import dishname
from foodgan.contract.dishname import LENGTH_MAX, RAW_MAX, display, normalise
from foodgan.contract.errors import UserError
from foodgan.contract.phrases import LOCALES, say


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("サーモン丼", "サーモン丼"),
        ("ｻｰﾓﾝ丼", "サーモン丼"),
        ("  カツ　カレー\n\t大盛り ", "カツ カレー 大盛り"),
        ("Ｐｉｚｚａ　２枚", "Pizza 2枚"),
        ("か\u3099んも\u200dと\u3099き", "がんもどき"),
        ("ワイン\ufe0f煮", "ワイン煮"),
        ("葛\U000e0100餅", "葛餅"),
        ("🍣寿司", "🍣寿司"),
        ("👩‍🍳の気まぐれ", "👩🍳の気まぐれ"),
        ("Café au lait", "Café au lait"),
        ("ผัดไทย", "ผัดไทย"),
    ],
)
def test_one_dish_has_one_spelling(raw: str, name: str) -> None:
    assert normalise(raw) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("\x00カレー\x1b[31m", "カレー[31m"),
        ("\u202eーレカ\u202c", "ーレカ"),
        ("\u2066カレー\u2069", "カレー"),
        ("カ\u200bレ\u2060ー\ufeff", "カレー"),
        ("カレー\U000e0063\U000e0061\U000e007f", "カレー"),
        ("\ud83cカレー\udf63", "カレー"),
        ("カレー\ue000\U000f0000", "カレー"),
        ("\u3164カレー\u115f\u2800", "カレー"),
        ("c̷̢̛͕u̶͓̽r̸͎̈́r̵͉͑y̷̖͝", "curry"),
        ("か" + "\u3099" * 50, "が\u3099\u3099"),
        ("\u0301カレー", "カレー"),
    ],
)
def test_what_cannot_be_seen_goes(raw: str, name: str) -> None:
    assert normalise(raw) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("рizzа", "pizza"),
        ("сurrу丼", "curry丼"),
        ("Ρizza", "Pizza"),
        ("𝓹𝓲𝔃𝔃𝓪", "pizza"),
        ("カレ—ライス", "カレーライス"),
        ("チキン力レー", "チキンカレー"),
        ("борщ", "борщ"),
        ("μουσακάς", "μουσακάς"),
        ("力うどん", "力うどん"),
        ("一口カツ", "一口カツ"),
        ("二色丼", "二色丼"),
    ],
)
def test_look_alikes_fold_only_where_nothing_else_can_be_meant(raw: str, name: str) -> None:
    assert normalise(raw) == name


@pytest.mark.parametrize(
    "raw", ["", " ", "　\n\t ", "\u200b\u200d\ufe0f", "\x00", "\ud800", "\u3164"]
)
def test_nothing_to_see_is_an_empty_name(raw: str) -> None:
    with pytest.raises(UserError) as refused:
        normalise(raw)
    assert refused.value.phrase == "name-empty"


@pytest.mark.parametrize(
    "raw", ["🍣", "🍣🍜🍕", "👩‍🍳", "1️⃣2️⃣", "🇯🇵", "!?", "***", "……", "ーー", "々"]
)
def test_emoji_and_signs_alone_are_no_name(raw: str) -> None:
    with pytest.raises(UserError) as refused:
        normalise(raw)
    assert refused.value.phrase == "name-no-words"


@pytest.mark.parametrize("raw", ["あ" * (LENGTH_MAX + 1), "🍣" * 61, "㌔" * 31, "カレー " * 2500])
def test_a_long_name_is_refused_with_the_limit(raw: str) -> None:
    with pytest.raises(UserError) as refused:
        normalise(raw)
    assert refused.value.phrase == "name-too-long"
    assert refused.value.values == {"limit": LENGTH_MAX}


def test_the_longest_name_and_the_shortest_pass() -> None:
    assert len(normalise("あ" * LENGTH_MAX)) == LENGTH_MAX
    assert normalise("7") == "7"
    assert normalise(" " * (RAW_MAX - 1) + "丼") == "丼"


def test_of_a_huge_name_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_: str, text: str) -> str:
        raise AssertionError(f"{len(text)} characters are read")

    with monkeypatch.context() as patched:
        patched.setattr(dishname.unicodedata, "normalize", read)
        with pytest.raises(UserError, match="name-too-long"):
            normalise("か\u3099" * 500_000)


@pytest.mark.parametrize(
    "raw",
    [
        "か\u200d\u3099",
        "ｶ\u034fﾞ丼",
        "\u1100\u200b\u1161",
        "カレ—\u200bー",
        "トマト 力レー",
        "𝐂рispy ﬁsh",
        "é\u0327\u0301x",
    ],
)
def test_normalising_twice_changes_nothing_more(raw: str) -> None:
    once = normalise(raw)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("サーモン丼", "サーモン丼"),
        ("@everyone", "\\@\u200beveryone"),
        ("@here丼", "\\@\u200bhere丼"),
        ("<@123>", "\\<\\@\u200b123\\>"),
        ("<@&123>", "\\<\\@\u200b\\&123\\>"),
        ("<#123>", "\\<\\#123\\>"),
        ("<t:0:R>", "\\<t\\:0\\:R\\>"),
        ("</dish:1>", "\\<\\/dish\\:1\\>"),
        ("<:a:1>", "\\<\\:a\\:1\\>"),
        ("**大盛り** ||丼||", "\\*\\*大盛り\\*\\* \\|\\|丼\\|\\|"),
        ("# 丼", "\\# 丼"),
        ("1. 丼", "1\\. 丼"),
        ("[丼](https://a.jp)", "\\[丼\\]\\(https\\:\\/\\/a\\.jp\\)"),
        ("discord.gg/abc", "discord\\.gg\\/abc"),
        ("`丼`\\", "\\`丼\\`\\\\"),
        ("שווארמה", "\u2068שווארמה\u2069"),
        ("حساء", "\u2068حساء\u2069"),
    ],
)
def test_a_shown_name_is_only_text(name: str, shown: str) -> None:
    assert display(normalise(name)) == shown


def test_a_shown_name_can_be_ordered_again() -> None:
    name = "שווארמה 丼"
    assert normalise(display(name)) == name


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("phrase", ["name-empty", "name-too-long", "name-no-words"])
def test_every_refusal_has_its_sentence(locale: str, phrase: str) -> None:
    assert say(locale, phrase, limit=LENGTH_MAX)


def test_a_name_is_checked_without_anything_heavy() -> None:
    heavy = "torch,numpy,sudachipy,discord,redis"
    code = (
        "import sys; from foodgan.contract.dishname import normalise; normalise('丼');"
        f"sys.exit(bool(sys.modules.keys() & set('{heavy}'.split(','))))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
