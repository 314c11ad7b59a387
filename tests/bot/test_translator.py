"""What Discord is told about the commands: names in one language, descriptions in two."""

import json

import pytest
from discord import Client, Intents
from discord.app_commands import CommandTree

from bot.commands.about import about
from bot.commands.dish import dish_command
from bot.commands.mix import mix_command
from bot.translator import PhraseTranslator

JAPANESE = "ja"


@pytest.fixture
async def registered() -> dict[str, dict[str, object]]:
    """The commands as `sync` would send them, by name."""
    tree = CommandTree(Client(intents=Intents.none()))
    tree.add_command(dish_command(None))
    tree.add_command(mix_command(None))
    tree.add_command(about)
    await tree.set_translator(PhraseTranslator())
    commands = [
        await command.get_translated_payload(tree, tree.translator)
        for command in tree.get_commands()
    ]
    return {command["name"]: json.loads(json.dumps(command)) for command in commands}


async def test_command_names_are_the_same_everywhere(registered) -> None:
    assert set(registered) == {"dish", "mix", "about"}
    assert all(not command["name_localizations"] for command in registered.values())


async def test_descriptions_are_in_japanese_for_japanese_readers(registered) -> None:
    for command in registered.values():
        assert {"ja", "en-US", "en-GB"} == set(command["description_localizations"])
        assert command["description"] == command["description_localizations"]["en-US"]
        assert command["description_localizations"][JAPANESE] != command["description"]


async def test_options_have_japanese_names_and_limits(registered) -> None:
    name, count, seed, *_, calm = options = registered["dish"]["options"]
    names = ["name", "count", "seed", "more", "less", "calm"]
    assert [option["name"] for option in options] == names
    assert [choice["value"] for choice in calm["choices"]] == [70, 40]
    assert calm["choices"][0]["name_localizations"][JAPANESE] == "おとなしめ"
    assert name["name_localizations"][JAPANESE] == "料理名"
    assert name["required"] is True
    assert (count["min_value"], count["max_value"]) == (1, 4)
    assert (seed["min_value"], seed["max_value"]) == (0, 2**31 - 1)
    assert "required" not in count or count["required"] is False


async def test_a_mix_needs_two_names_and_nothing_else(registered) -> None:
    options = registered["mix"]["options"]
    assert [option["name"] for option in options] == ["a", "b", "share", "count", "seed"]
    assert [option.get("required", False) for option in options] == [
        True,
        True,
        False,
        False,
        False,
    ]
    share = options[2]
    assert (share["min_value"], share["max_value"]) == (0, 100)
    assert share["name_localizations"][JAPANESE] == "割合"
