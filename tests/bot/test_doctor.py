"""What the bot tells `foodgan doctor`: the database's state, Discord's word, never a secret."""

import socket
from pathlib import Path
from unittest.mock import Mock

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.keeping.doctor import commands, database, discord, examine
from bot.records.migrate import HEAD
from bot.sandbox import people
from bot.sandbox.server import Sandbox
from foodgan.contract import terminal
from foodgan.contract.checkup import Findings
from foodgan.contract.settings import Settings
from tests.bot.canteen import Canteen

PASSWORD = "hunter2-database"


async def test_a_migrated_database_is_fine(settings: Settings, engine: AsyncEngine) -> None:
    found = await database(settings)
    assert (found.level, HEAD in found.found) == ("ok", True)


@pytest.mark.parametrize(("revision", "level"), [("0000", "warn"), ("9999", "fail")])
async def test_tables_of_another_version_are_told(
    settings: Settings, engine: AsyncEngine, revision: str, level: str
) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE alembic_version SET version_num = :r"), {"r": revision}
        )
    found = await database(settings)
    assert found.level == level
    assert revision in found.found
    assert "migrate" in found.advice


async def test_an_empty_database_wants_its_tables(settings: Settings, tmp_path: Path) -> None:
    url = SecretStr(f"sqlite:///{tmp_path}/new.sqlite3")
    found = await database(settings.model_copy(update={"database_url": url}))
    assert (found.level, found.found) == ("warn", "sqlite, no tables yet")


@pytest.mark.parametrize("scheme", ["postgresql", "oracle", "nonsense"])
async def test_a_database_that_is_not_there_fails_without_its_password(
    settings: Settings, free_port: int, scheme: str
) -> None:
    url = SecretStr(f"{scheme}://canteen:{PASSWORD}@127.0.0.1:{free_port}/orders")
    found = await database(settings.model_copy(update={"database_url": url}))
    assert found.level == "fail"
    assert PASSWORD not in found.model_dump_json()


async def test_a_long_fault_of_the_database_is_cut_without_a_half_of_its_password(
    settings: Settings, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = OSError(f"{'x' * 130} postgresql://canteen:{PASSWORD}@127.0.0.1/orders")
    monkeypatch.setattr("bot.keeping.doctor.revision", Mock(side_effect=fault))
    found = await database(settings)
    assert found.level == "fail"
    assert PASSWORD[:4] not in found.found


async def test_without_a_token_discord_is_skipped_and_says_why(settings: Settings) -> None:
    [found] = await discord(settings, set())
    assert (found.level, "DISCORD_TOKEN" in found.found) == ("skip", True)


async def test_discord_takes_the_token_and_knows_the_commands(
    canteen: Canteen, settings: Settings
) -> None:
    await canteen.open()  # registers its commands
    where = {
        "discord_api_base": canteen.sandbox.api_base,
        "discord_token": SecretStr(canteen.sandbox.token),
    }
    there = settings.model_copy(update=where)
    found = await examine(there)
    assert [each.level for each in found] == ["ok", "ok", "ok"]
    assert canteen.sandbox.token not in Findings.dump_json(found).decode()

    wanted = commands(settings) | {"/brandnew"}
    found = await discord(there, wanted)
    assert (found[-1].level, "/brandnew" in found[-1].found) == ("warn", True)
    assert "bot sync" in found[-1].advice


async def test_a_bot_in_several_servers_is_to_say_whose_it_is(
    canteen: Canteen, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = people.application_json() | {"approximate_guild_count": 3}
    monkeypatch.setattr("bot.sandbox.rest.application_json", lambda: several)
    await canteen.open()
    where = {
        "discord_api_base": canteen.sandbox.api_base,
        "discord_token": SecretStr(canteen.sandbox.token),
    }
    there = settings.model_copy(update=where)
    [warned] = [each for each in await discord(there, set()) if each.level == "warn"]
    assert "3 servers and CLUB_SERVERS is empty" in warned.found
    assert "CLUB_SERVERS" in warned.advice
    named = there.model_copy(update={"club_servers": people.GUILD_ID})
    assert {each.level for each in await discord(named, set())} == {"ok"}


async def test_a_refused_token_is_told_without_showing_it(settings: Settings) -> None:
    token = SecretStr("bm90LXRoZS10b2tlbi1hdC1hbGw.Wrong0.this-is-no-token-of-anybody-000")
    async with Sandbox() as sandbox:
        where = {"discord_api_base": sandbox.api_base, "discord_token": token}
        [found] = await discord(settings.model_copy(update=where), set())
    assert (found.level, found.found) == ("fail", "the token is refused")
    assert token.get_secret_value() not in found.model_dump_json()


async def test_a_discord_that_cannot_be_reached_fails(settings: Settings) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{nobody.getsockname()[1]}/api/v10"
        where = {"discord_api_base": base, "discord_token": SecretStr("x.y.z")}
        [found] = await discord(settings.model_copy(update=where), set())
    assert (found.level, found.found) == ("fail", "not reached: ClientConnectorError")


async def test_the_bots_part_is_japanese_where_the_terminal_is(
    settings: Settings, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(terminal.CHOSEN, "ja")
    records, talk = await examine(settings)
    assert records.found == f"sqlite、テーブルはリビジョン {HEAD} です"
    assert talk.found == "DISCORD_TOKEN がありません。`make up` は、代わりにチャット画面を開きます"
    assert (records.part, talk.part) == ("database", "Discord")
    nowhere = settings.model_copy(update={"database_url": SecretStr("nonsense")})
    assert (await database(nowhere)).advice == "DATABASE_URL を直してください"
