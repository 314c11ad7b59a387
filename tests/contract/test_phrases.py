"""Phrases: Japanese is the source, English follows, and the code asks for none that is missing."""

import ast
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, visitor
from fluent.syntax import ast as ftl

from foodgan.contract.phrases import FOLDER, LOCALES, SHELVES, locale_of, say, shelf_of

ROOT = Path(__file__).parents[2]
# Calls that take a phrase key.
CALLS = {"say", "of", "UserError", "phrase", "tell", "Verdict", "apology", "_nothing_new"}


class Variables(visitor.Visitor):
    """Collects the variables that a message uses."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:
        self.found.add(node.id.name)


def messages(locale: str) -> dict[str, set[str]]:
    """Messages and attributes of a locale with their variables; none is broken or doubled."""
    found: dict[str, set[str]] = {}
    for shelf in SHELVES:
        text = (FOLDER / locale / f"{shelf}.ftl").read_text(encoding="utf-8")
        for entry in FluentParser().parse(text).body:
            assert not isinstance(entry, ftl.Junk), entry.content
            if not isinstance(entry, ftl.Message):
                continue
            name = entry.id.name
            assert shelf_of(name) == shelf, f"{name} does not belong into {shelf}.ftl"
            spoken = {name: entry.value} if entry.value else {}
            spoken |= {f"{name}.{part.id.name}": part.value for part in entry.attributes}
            for key, pattern in spoken.items():
                assert key not in found, f"{key} stands twice in {locale}"
                variables = Variables()
                variables.visit(pattern)
                found[key] = variables.found
    return found


@pytest.mark.parametrize("locale", LOCALES)
def test_a_part_that_fails_is_called_as_it_was_on_its_way(locale: str) -> None:
    parts = [key.removeprefix("up-part-") for key in messages(locale) if key.startswith("up-part-")]
    assert parts
    for part in parts:
        told = say(locale, "up-failed", part=part, count=3, last="–", log="bot-1.log")
        assert told.startswith(say(locale, f"up-part-{part}", count=3))


def asked_for() -> set[str]:
    """Phrase keys that the code names literally."""
    found = set()
    for area in ("bot", "worker", "foodgan"):
        for path in (ROOT / area).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", None))
                if name in CALLS:
                    texts = [a.value for a in node.args[:2] if isinstance(a, ast.Constant)]
                    found |= {t for t in texts if isinstance(t, str) and t not in LOCALES}
    return found


def test_english_has_the_same_phrases_and_variables_as_japanese() -> None:
    assert messages("en") == messages("ja")


def test_every_phrase_that_the_code_names_exists() -> None:
    asked = asked_for()
    assert {"command-dish", "unexpected", "ordered-too-soon", "answer-line"} <= asked
    assert asked <= messages("ja").keys()


def test_english_says_one_thing_in_the_singular() -> None:
    """Of numbers that can be one; the others are fixed limits of this project."""
    many = re.compile(
        r"(?<![–\d])(?<!revision )1 "
        r"(more )?(photos|orders|dishes|names|others|seconds|people|are)\b"
    )
    said = {key: say("en", key, **dict.fromkeys(uses, 1)) for key, uses in messages("en").items()}
    wrong = {key for key, sentence in said.items() if many.search(sentence)}
    assert wrong == {"submit-too-many", "up-redis-away"}
    assert say("en", "withdraw-sure", count=1).startswith("Withdraw this photo?")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_phrase_can_be_said(locale: str) -> None:
    for key, variables in messages(locale).items():
        assert say(locale, key, **dict.fromkeys(variables, "x")).strip()


def test_a_sentence_without_its_variable_is_an_error() -> None:
    with pytest.raises(ValueError, match="dish-failed"):
        say("ja", "dish-failed")


def test_a_number_given_as_text_keeps_its_digits() -> None:
    assert "2147483647" in say("en", "answer-line", name="x", seed="2147483647", model="m")


@pytest.mark.parametrize(
    ("discord_locale", "ours"), [("ja", "ja"), ("en-US", "en"), ("en-GB", "en"), ("fr", "en")]
)
def test_japanese_readers_get_japanese_and_the_others_english(
    discord_locale: str, ours: str
) -> None:
    assert locale_of(discord_locale) == ours


WORDS_OF_AN_ORDER = ("ordered-ahead", "kitchen-", "dish-will-be-late", "cancelled", "dish-")


def test_every_word_about_an_order_says_which_dish() -> None:
    """A member may have several on the way, and Discord shows of a command not what was asked."""
    spoken = {
        key: uses for key, uses in messages("ja").items() if key.startswith(WORDS_OF_AN_ORDER)
    }
    assert len(spoken) >= 9
    assert {key for key, uses in spoken.items() if "name" not in uses} == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_the_consent_speaks_of_no_server_it_may_be_asked_for_in_any(locale: str) -> None:
    text = say(locale, "consent-text", version="1").lower()
    assert "サーバー" not in text
    assert "server" not in text


def test_who_is_not_named_reads_what_that_makes_of_cc_by() -> None:
    [line] = [each for each in say("ja", "consent-text", version="1").splitlines() if "BY" in each]
    assert f"「{say('ja', 'credit-anonymous')}」" in line


@pytest.mark.parametrize("locale", LOCALES)
def test_a_countdown_stands_at_the_end_as_discord_goes_on_counting(locale: str) -> None:
    """It reads "in 10 seconds", and "10 seconds ago" when the dish is late."""
    told = say(locale, "ordered-ahead", name="カレー", place=2, when="<t:1:R>")
    assert told.endswith(": <t:1:R>")


@pytest.mark.parametrize("key", ["weight-both", "weight-none", "weight-unknown-word"])
def test_what_ends_an_order_says_that_it_is_to_be_ordered_again(key: str) -> None:
    values = {"word": "味噌", "words": "醤油"}
    assert say("ja", key, **values).endswith("もう一度ご注文くださいね。")
    assert "order again" in say("en", key, **values)


def test_who_reads_that_nothing_learned_is_served_reads_when_it_is_tried_again() -> None:
    assert "次の写真集でもう一度試します" in say("ja", "learned-kept-back", digest="x", count=2)


@pytest.mark.parametrize("key", ["consent-text", "withdraw-done", "erase-sure"])
def test_what_becomes_of_what_the_painter_learned_is_said_alike_wherever_photos_go(
    key: str,
) -> None:
    values = {"version": "1", "count": 2}
    assert "覚えたことは、画家も次の写真集を学ぶときに忘れます" in say("ja", key, **values)
    assert "is forgotten with the next collection that it learns from" in say("en", key, **values)


def test_a_seed_promises_the_same_picture_of_the_same_painter_alone() -> None:
    assert "画家が同じうちは" in say("ja", "option-seed-hint")
    assert "while the painter is the same" in say("en", "option-seed-hint")
    assert "画家(モデル)が同じうちは" in say("ja", "about")
    assert "While the painter (model) is the same" in say("en", "about")


def test_japanese_writes_numbers_in_one_way() -> None:
    """With a space before what is counted, as stands after a variable, and none before a %."""
    counted = "枚|品|人|個|件|冊|回|語|行|倍|段|桁|文字|時間|秒|分|年|日|版"
    other = re.compile(rf"[0-9}}]({counted})|[0-9}}] %")
    shelves = [(FOLDER / "ja" / f"{shelf}.ftl").read_text(encoding="utf-8") for shelf in SHELVES]
    assert [line for text in shelves for line in text.splitlines() if other.search(line)] == []


def test_one_word_is_written_in_one_way() -> None:
    """Words that have two spellings; "色のことば" is a name of its own."""
    others = re.compile(r"(?<!色の)ことば|お料理|ひと皿|ご覧|(?<!手)違[いうっ]")
    said = {key: say("ja", key, **dict.fromkeys(uses, "x")) for key, uses in messages("ja").items()}
    assert {key for key, sentence in said.items() if others.search(sentence)} == set()


def test_the_list_of_commands_speaks_in_one_voice() -> None:
    """Of what the canteen serves as its own voice, of what a member does by the plain verb."""
    groups = {"command-photos", "command-privacy", "command-operator"}  # Discord lists none of them
    listed = {key for key in messages("ja") if key.startswith("command-")} - groups
    voice = re.compile(r"(お出しします|[うくすつむる]|ない)(\([^)]*[^す]\))?$")
    assert {key for key in listed if not voice.search(say("ja", key))} == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_what_can_be_done_next_is_named(locale: str) -> None:
    """Of a name that nobody knows yet, and of a photo that was handed over."""
    assert "`/submit`" in say(locale, "no-known-word")
    assert "`/dataset`" in say(locale, "receipt-tally", waiting=1, accepted=0)


def test_who_had_no_photos_is_not_told_that_0_were_erased() -> None:
    assert say("ja", "erase-done", count=0).startswith("あなたの記録をすべて消しました。")
    assert say("en", "erase-done", count=0).startswith("We have erased everything about you. ")
    assert "(写真 2 枚も)" in say("ja", "erase-done", count=2)
    assert "and 1 photo." in say("en", "erase-done", count=1)


def test_dishes_that_were_learned_are_counted_as_a_canteen_counts_them() -> None:
    uses = messages("ja")
    for key in ("learned-served", "learned-more", "learned-taken-back", "notice-learned-more"):
        assert " 3 品" in say("ja", key, **dict.fromkeys(uses[key], 3)), key


def test_a_reference_is_for_those_who_run_the_bot_and_english_says_so_in_one_way() -> None:
    uses = {key: found for key, found in messages("en").items() if "id" in found}
    said = {key: say("en", key, **dict.fromkeys(found, "x")) for key, found in uses.items()}
    asks = {key: sentence for key, sentence in said.items() if "run the bot" in sentence}
    assert {"unexpected", "records-closed", "store-closed", "errand-failed"} <= asks.keys()
    for sentence in asks.values():
        assert sentence.endswith("give this reference to the people who run the bot: x")


def test_one_photo_with_even_votes_is_one() -> None:
    assert "1 photo with even votes waits" in say("en", "review-none-tied", count=1)
