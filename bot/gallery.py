"""All that the bot does about contributed photos, put together."""

from typing import Any

import discord
from discord import app_commands
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.access import Access, servers_of
from bot.answer import Answer, Outcome, edit_whole
from bot.blocklist import Blocklist
from bot.buttons import Press
from bot.commands.collection import credits_command, dataset_command, release_command
from bot.commands.operator import operator_group
from bot.commands.photos import photos_group, photos_presses
from bot.commands.privacy import privacy_group, privacy_presses
from bot.commands.review import review_command, review_presses
from bot.commands.submit import submit_command, submit_menu, submit_presses
from bot.photos.answers import Answers
from bot.photos.community import Community
from bot.photos.desk import Desk
from bot.photos.drawings import Drawings
from bot.photos.errands import Errands
from bot.photos.intake import Intake
from bot.photos.lookalikes import LookAlikes
from bot.photos.notices import Notices, sender
from bot.photos.office import Office
from bot.photos.porter import Porter
from bot.photos.publisher import Publisher
from bot.photos.receipts import Receipts
from bot.photos.reception import Reception
from bot.photos.releases import Releases
from bot.photos.retention import Retention
from bot.photos.rights import Rights
from bot.photos.rounds import PhotoRounds
from bot.photos.schedule import Schedule
from bot.queue.photos import PhotoQueue
from bot.records import photos
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store

AnyCommand = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | app_commands.Group


class Gallery:
    """Built once with the client.

    commands, presses: what the client registers and listens to.
    """

    def __init__(
        self,
        client: discord.Client,
        sessions: async_sessionmaker[AsyncSession],
        blocklist: Blocklist,
        settings: Settings,
    ) -> None:
        async def edit(application_id: int, token: str, answer: Answer) -> Outcome:
            return await edit_whole(client, application_id, token, answer)

        self._sessions = sessions
        self._queue = PhotoQueue(settings)
        self._lookalikes = LookAlikes()
        store = Store(settings.photo_store)
        publisher = Publisher(sessions, store)
        tells = settings.review_notice != "off"
        receipts = Receipts(sessions, self._lookalikes, publisher, tells)
        reception = Reception(sessions, self._queue, edit, publisher, settings)
        desk = Desk(sessions, self._lookalikes, publisher, settings)
        self.rights = rights = Rights(sessions, self._lookalikes, publisher)
        notices = Notices(sessions, sender(client), publisher.changed, settings)
        porter = Porter(sessions, self._queue, edit, notices)
        releases = Releases(sessions, porter, publisher, store, notices, blocklist)
        servers = servers_of(settings)
        drawings = Drawings(sessions, porter, publisher, store, blocklist, servers)
        errands = Errands(sessions, self._queue, porter, releases, drawings)
        schedule = Schedule(sessions, self._queue, releases, publisher, settings)
        retention = Retention(sessions, publisher, settings)
        community, access = Community(sessions), Access(settings)
        self._office = Office(sessions, blocklist)
        intake = Intake(sessions, self._queue, reception, self._lookalikes, publisher)
        answers = Answers(sessions, reception, receipts, edit, notices)
        self.rounds = PhotoRounds(
            (
                intake.hear,
                answers.give,
                errands.attend,
                notices.tell,
                retention.forget,
                schedule.keep,
                publisher.keep_in_step,
            )
        )
        self.commands: tuple[AnyCommand, ...] = (
            submit_command(reception, blocklist),
            submit_menu(reception),
            review_command(access, desk),
            photos_group(access, rights, community),
            privacy_group(rights, reception),
            credits_command(access, community),
            dataset_command(access, drawings),
            release_command(access, releases),
            operator_group(access, self._office),
        )
        self.presses: dict[str, Press] = {
            **submit_presses(reception, blocklist),
            **review_presses(access, desk, blocklist),
            **photos_presses(rights),
            **privacy_presses(rights),
        }

    async def open(self) -> None:
        """Read what is kept in memory."""
        await self._office.read()
        async with self._sessions() as session:
            self._lookalikes.load(await photos.hashes(session))

    def close(self) -> None:
        """Let go of Redis."""
        self._queue.close()
