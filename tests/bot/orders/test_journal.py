"""A bot that is killed between the deferral and its records finds the order again."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from bot.orders import kitchen as kitchen_module
from bot.orders.journal import LEFTOVER_S, Entry, Journal, journal_path
from bot.records import orders
from bot.records.tables import Order
from bot.sandbox.faults import RequestFault
from bot.sandbox.interaction import Interaction
from bot.sandbox.member_input import Members, UseCommand
from bot.sandbox.server import Sandbox
from foodgan.contract.errors import UserError
from foodgan.contract.orders import LATE_LIFE
from foodgan.contract.phrases import say
from foodgan.contract.settings import Settings
from foodgan.contract.whole import PARTIAL
from tests.bot.canteen import Canteen, busy, hire, is_private, job_of, line, until
from tests.bot.sample import AOI, TOKEN, an_order
from tests.worker.process import WorkerProcess

CALLBACK = "^/interactions/.*/callback$"
NAME = "虹色マグロカレーうどん"
KILLS = 2
START_S = 60.0  # importing torch on a busy machine


def noted(settings: Settings) -> list[str]:
    """Ids of the orders in the journal."""
    return [path.stem for path in journal_path(settings).glob("*.json")]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def test_an_entry_comes_back_whole_until_it_is_forgotten(journal: Journal, tmp_path: Path) -> None:
    order = an_order(kind="mix", mix="抹茶ラーメン", share=30)
    journal.note(order, AOI)

    [entry] = journal.entries()

    assert (entry.order, entry.asker) == (order, AOI)
    journal.forget(order.order_id)
    journal.forget(order.order_id)
    assert list(journal.entries()) == []


def test_only_its_owner_may_read_an_entry(journal: Journal, tmp_path: Path) -> None:
    journal.note(an_order(), AOI)
    [path] = (tmp_path / "journal").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "damage",
    [lambda text: text[:-9], lambda text: text.replace('"seed"', '"later":1,"seed"')],
    ids=["cut off", "of a later bot"],
)
def test_an_entry_that_nobody_can_read_stays_while_it_is_wanted_and_its_text_is_not_logged(
    journal: Journal,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[str], str],
) -> None:
    """A bot that is put back a version may be brought forward again."""
    journal.note(an_order(), AOI)
    [path] = (tmp_path / "journal").iterdir()
    whole = path.read_text(encoding="utf-8")
    path.write_text(damage(whole), encoding="utf-8")
    assert TOKEN in path.read_text(encoding="utf-8")

    for _ in range(2):
        assert list(journal.entries()) == []
        assert path.exists()

    assert caplog.text.count(path.stem) == 1
    path.write_text(whole, encoding="utf-8")
    assert len(list(journal.entries())) == 1

    path.write_text(damage(whole), encoding="utf-8")
    written = path.stat().st_mtime - LATE_LIFE.total_seconds() - 1
    os.utime(path, (written, written))
    assert list(journal.entries()) == []
    assert TOKEN not in caplog.text
    assert not path.exists()


def test_what_a_killed_writer_left_half_written_goes_after_a_while(
    journal: Journal, tmp_path: Path
) -> None:
    journal.note(an_order(), AOI)
    old, young = (tmp_path / "journal" / f"{stem}.json{PARTIAL}1" for stem in ("0a", "0b"))
    old.touch()
    young.touch()
    written = old.stat().st_mtime - LEFTOVER_S - 1
    os.utime(old, (written, written))

    assert len(list(journal.entries())) == 1

    assert not old.exists()
    assert young.exists()


async def test_what_the_records_take_in_time_is_not_noted(
    canteen: Canteen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kitchen_module, "WRITE_FIRST_S", 2.5)  # a busy disk takes its time
    monkeypatch.setattr(Journal, "note", lambda *_: pytest.fail("noted"))
    await canteen.open()
    await canteen.deferred(canteen.order())
    await canteen.record("queued")


async def test_what_the_records_do_not_take_in_time_is_noted_before_it_is_deferred(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    canteen.sandbox.faults.add(RequestFault(path=CALLBACK, hang_s=0.3))
    async with busy(canteen.settings):
        interaction = canteen.order()
        [order_id] = await until(lambda: noted(canteen.settings), "the entry")
        assert interaction.first("deferred") is None
        await canteen.deferred(interaction)
        assert noted(canteen.settings) == [order_id]
    record = await canteen.record("queued")
    assert line(redis) == [record.id] == [order_id]
    assert noted(canteen.settings) == []


async def test_records_that_stay_busy_get_the_order_on_a_later_round(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The member is told to stay; nobody is told that nothing was kept."""
    hire(redis)
    await canteen.open()
    write = orders.write

    async def fail(*_: object) -> None:
        await asyncio.sleep(2 * kitchen_module.WRITE_FIRST_S)
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(orders, "write", fail)
    interaction = canteen.order()
    message = await canteen.answer(interaction)
    assert message["content"] == say("ja", "kitchen-closed", name=NAME)
    assert len(noted(canteen.settings)) == 1

    monkeypatch.setattr(orders, "write", write)

    record = await canteen.record("queued")
    assert line(redis) == [record.id]
    assert job_of(redis, record.id).args[0]["token"] == interaction.token
    assert noted(canteen.settings) == []


async def test_an_order_that_neither_takes_is_not_deferred(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full, and the records find out late."""
    monkeypatch.setattr(kitchen_module, "WRITE_FIRST_S", 0.05)  # the answer's 3 s stay
    await canteen.open()
    journal_path(canteen.settings).parent.mkdir(exist_ok=True)
    journal_path(canteen.settings).write_text("no folder")

    async def fail(*_: object) -> None:
        await asyncio.sleep(2 * kitchen_module.WRITE_FIRST_S)
        raise OperationalError("INSERT", {}, Exception("disk is full"))

    monkeypatch.setattr(orders, "write", fail)
    interaction = canteen.order("emma")
    message = await canteen.answer(interaction)

    assert is_private(message)
    assert interaction.first("deferred") is None
    assert line(redis) == []


async def test_a_noted_order_whose_deferral_discord_refuses_is_forgotten(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    canteen.sandbox.faults.add(RequestFault(path=CALLBACK, answer=404, code=10062))
    async with busy(canteen.settings):
        canteen.order()
        await until(lambda: noted(canteen.settings), "the entry")
    await canteen.record("refused")
    await until(lambda: not noted(canteen.settings), "the entry to go")
    assert line(redis) == []


async def test_a_noted_order_in_hand_is_left_alone(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written by a round, one whose deferral is refused would be made for nobody."""
    bot = await canteen.open()
    order, write, go_on = an_order(), orders.write, asyncio.Event()
    failed: list[str] = []

    async def fail(*_: object) -> None:
        await until(lambda: noted(canteen.settings), "the entry")
        failed.append(order.order_id)
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    async def refuse() -> None:
        await go_on.wait()
        raise UserError("unexpected")

    monkeypatch.setattr(orders, "write", fail)
    ordering = asyncio.create_task(bot.kitchen.order(order, AOI, refuse))
    await until(lambda: failed, "noted, and not written")
    monkeypatch.setattr(orders, "write", write)

    await bot._rounds.once()
    assert noted(canteen.settings) == [order.order_id]

    go_on.set()
    with pytest.raises(UserError):
        await ordering
    await bot._rounds.once()
    assert noted(canteen.settings) == []
    assert line(redis) == []


async def test_what_the_records_have_already_is_only_forgotten(
    canteen: Canteen, redis: Redis, sessions: async_sessionmaker[AsyncSession]
) -> None:
    """The bot was killed between the commit and the unlinking."""
    order = an_order()
    async with sessions.begin() as session:
        await orders.write(session, order, AOI)
        await orders.end(session, order.order_id, "done")
    Journal(journal_path(canteen.settings)).note(order, AOI)

    await canteen.open()

    await until(lambda: not noted(canteen.settings), "the entry to go")
    async with sessions() as session:
        assert (await session.get_one(Order, order.order_id)).state == "done"
    assert line(redis) == []


class Process:
    """`python -m bot` that can be killed and started again, and a sandbox that it talks to."""

    def __init__(self, sandbox: Sandbox, settings: Settings, folder: Path) -> None:
        self._sandbox = sandbox
        self._folder = folder
        self._environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "REDIS_URL": settings.redis_url.get_secret_value(),
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "VAR_DIR": str(settings.var_dir),
            "COOLDOWN_S": "0",
            "DISCORD_API_BASE": sandbox.api_base,
            "DISCORD_GATEWAY": sandbox.gateway_url,
            "DISCORD_TOKEN": sandbox.token,
        }
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return (self._folder / "bot.log").read_text(encoding="utf-8")

    async def sync(self) -> None:
        """Let Discord know the commands."""
        command = [sys.executable, "-m", "bot", "sync"]
        running = await asyncio.create_subprocess_exec(
            *command, env=self._environ, cwd=self._folder, stdout=subprocess.DEVNULL
        )
        assert await running.wait() == 0

    async def start(self) -> None:
        before = self._connections()
        command = [sys.executable, "-m", "bot"]
        with (self._folder / "bot.log").open("ab") as log:
            self._running = subprocess.Popen(
                command, env=self._environ, cwd=self._folder, stderr=log
            )
        await until(lambda: self._connections() > before, "the bot", START_S)

    def kill(self) -> None:
        if self._running:
            self._running.send_signal(signal.SIGKILL)
            self._running.wait()

    def order(self) -> Interaction:
        use = UseCommand(
            type="command", command="dish", member="akari", options={"name": NAME}, raw=True
        )
        return Members(self._sandbox.world).act(use)

    def _connections(self) -> int:
        path = self._folder / "bot.log"
        return self.log.count("gateway connected") if path.exists() else 0


@pytest.mark.slow
async def test_every_deferred_order_of_a_bot_that_is_killed_is_served_once(
    settings: Settings, engine: AsyncEngine, redis: Redis, tmp_path: Path
) -> None:
    """Real processes: the records are busy, the bot is killed right after each deferral."""
    async with Sandbox() as sandbox:
        bot = Process(sandbox, settings, tmp_path)
        await bot.sync()
        asked = []
        try:
            for _ in range(KILLS):
                await bot.start()
                await until(lambda: not noted(settings), "the journal to be caught up with")
                async with busy(settings):
                    asked.append(interaction := bot.order())
                    await until(lambda: interaction.first("deferred"), "deferral")
                    bot.kill()
                    assert len(noted(settings)) == 1
            await bot.start()
            there = {"discord_api_base": sandbox.api_base, "batch_limit": 4}
            worker = WorkerProcess(
                settings.model_copy(update=there), tmp_path / "worker.log", "w", 0.0, None, False
            )
            try:
                for interaction in asked:
                    await until(
                        lambda: interaction.original.json["attachments"],  # noqa: B023
                        "the dish",
                        START_S,
                    )
            finally:
                worker.kill()
        finally:
            bot.kill()

    assert noted(settings) == []
    for interaction in asked:
        assert len(interaction.original.json["attachments"]) == 1
        assert interaction.followups == []
        assert interaction.token not in bot.log


async def test_no_entry_is_logged_with_its_token(
    canteen: Canteen, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "bot"):
        await canteen.open()
        async with busy(canteen.settings):
            interaction = canteen.order()
            await canteen.deferred(interaction)
        await canteen.record("queued")
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("bot.sandbox")]
    assert ours
    assert not any(interaction.token in text for text in ours)


def test_an_entry_has_its_name_only_when_it_is_whole(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, named, replace = an_order(), [], Path.replace

    def look(path: Path, target: Path) -> Path:
        named.append((Entry.model_validate_json(path.read_text("utf-8")).order, target.exists()))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", look)
    journal.note(order, AOI)

    assert named == [(order, False)]


def test_an_entry_that_nobody_can_read_is_kept_for_as_long_as_its_member_may_wait(
    journal: Journal, tmp_path: Path
) -> None:
    journal.note(an_order(), AOI)
    [path] = (tmp_path / "journal").iterdir()
    path.write_text("{", encoding="utf-8")
    written = path.stat().st_mtime - LATE_LIFE.total_seconds() + 60
    os.utime(path, (written, written))
    assert list(journal.entries()) == []
    assert path.exists()
