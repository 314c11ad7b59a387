"""A club for tests: members who hand photos over, reviewers who click, and a stand-in intake.

The stand-in writes what the intake worker would: bytes in the store and a result in RQ.
"""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from redis import Redis
from rq.job import Job
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.tables import Base, Errand, Photo, Submission
from bot.sandbox.body import Upload
from bot.sandbox.interaction import Interaction
from bot.sandbox.member_input import Members, SubmitModal, UseCommand, UseComponent
from bot.sandbox.people import CHANNELS
from foodgan.contract.photos import CHORE_QUEUE, PHOTO_QUEUE, PhotoIntake, Taken
from foodgan.contract.phrases import say
from foodgan.contract.store import Store
from foodgan.photos.words import read
from tests.bot.canteen import PATIENCE_S, Canteen, until
from tests.bot.photos.crew import Crew

JPEG = b"\xff\xd8\xff\xe0"


class Intake(Crew):
    """Answers the jobs in line as the intake worker would."""

    queues = (PHOTO_QUEUE, CHORE_QUEUE)

    def __init__(self, redis: Redis, store: Store) -> None:
        super().__init__(redis)
        self.store = store
        self.hashes: dict[str, str] = {}  # file name -> perceptual hash
        self.contents: dict[str, bytes] = {}  # file name -> bytes, where they are to be the same

    def take(self, job: Job) -> Taken:
        """Take one photo in."""
        order = PhotoIntake.model_validate(job.args[0])
        filename = PurePosixPath(urlsplit(order.url.get_secret_value()).path).name
        data = self.contents.get(filename, JPEG + filename.encode())
        sha256 = self.store.put(data)
        unlike = hashlib.sha256(filename.encode()).hexdigest()[:16]
        taken = Taken(
            photo_id=order.photo_id,
            sha256=sha256,
            original_sha256=hashlib.sha256(b"original" + data).hexdigest(),
            perceptual_hash=self.hashes.get(filename, unlike),
            width=640,
            height=480,
            size=len(data),
            hints=("dark",) if "dark" in filename else (),
            words=read(order.name),
        )
        self.finish(job, taken.model_dump(mode="json"))
        return taken

    def work(self) -> int:
        """Take everything in; returns how many."""
        jobs = self.jobs()
        for job in jobs:
            self.take(job)
        return len(jobs)


class Club:
    """Members at their keyboards, in the canteen's sandbox."""

    def __init__(self, canteen: Canteen, intake: Intake) -> None:
        self.canteen = canteen
        self.intake = intake
        self.store = intake.store

    @property
    def world(self) -> Any:
        return self.canteen.sandbox.world

    def upload(self, filename: str, data: bytes = JPEG) -> str:
        """A member's file on the CDN; returns the attachment's id."""
        upload = Upload("files[0]", 0, filename, "image/jpeg", data)
        kept = self.world.attachments.add(upload, CHANNELS[1].id, None, ephemeral=True)
        return str(kept.id)

    def use(self, command: str, member: str = "akari", **more: Any) -> Interaction:
        """A command, as Discord's client would send it."""
        options = more.pop("options", {})
        act = UseCommand(type="command", command=command, member=member, options=options, **more)
        return Members(self.world).act(act)

    def submit(
        self, name: str = "きつねうどん", files: Sequence[str] = ("a.jpg",), member: str = "akari"
    ) -> Interaction:
        """`/submit` with these files."""
        keys = ("photo", "photo2", "photo3", "photo4", "photo5")
        options = dict(zip(keys, map(self.upload, files), strict=False))
        return self.use("submit", member, options={**options, "name": name})

    def click(
        self, message: dict[str, Any], action: str, member: str = "akari", **more: Any
    ) -> Interaction:
        """Click the first component of a message whose custom_id begins so."""
        act = UseComponent(
            type="component",
            message=message["id"],
            custom_id=component(message, action)["custom_id"],
            member=member,
            **more,
        )
        return Members(self.world).act(act)

    def fill(self, opener: Interaction, member: str = "akari", **values: Any) -> Interaction:
        """Send off the modal that an interaction opened."""
        act = SubmitModal(type="modal", interaction=opener.id, member=member, values=values)
        return Members(self.world).act(act)

    async def modal(self, interaction: Interaction) -> dict[str, Any]:
        """Wait for a modal to open."""
        return dict(await until(lambda: interaction.modal, "a modal"))

    async def shown(self, interaction: Interaction, having: str = "") -> dict[str, Any]:
        """Wait till the answer holds these words; returns the message."""

        def found() -> dict[str, Any] | None:
            for message in (*reversed(interaction.followups), interaction.original):
                if message and not message.loading and having in message.json["content"]:
                    return dict(message.json)
            return None

        return dict(await until(found, f"an answer with {having!r}"))

    async def agreed(self, member: str = "akari", licence: str = "CC0-1.0") -> None:
        """The member has agreed once, without a photo."""
        asked = await self.shown(self.use("privacy consent", member))
        await self.shown(self.click(asked, f"consent-licence:{licence}", member), "承りました")

    async def taken(self, files: Sequence[str], member: str = "akari", **more: Any) -> list[Photo]:
        """Photos of a member who agreed, taken in by the intake."""
        before = {photo.id for photo in await self.photos()}
        interaction = self.submit(files=files, member=member, **more)
        await until(lambda: len(self.intake.jobs()) == len(files), "jobs in line")
        self.intake.work()
        await until(lambda: _said(interaction, "これまで"), "a receipt")
        return [photo for photo in await self.photos() if photo.id not in before]

    async def photos(self, state: str | None = None) -> list[Photo]:
        """All photos in the records, in the order of their hand-over."""
        found = await self.all(Photo)
        found.sort(key=lambda photo: photo.submitted_at)
        return [photo for photo in found if state in (None, photo.state)]

    async def all(self, table: type[Base]) -> list[Any]:
        """Every row of a table."""
        async with AsyncSession(self.canteen.engine) as session:
            return list(await session.scalars(select(table)))

    async def until_photos(self, true: Callable[[list[Photo]], Any], what: str) -> list[Photo]:
        """Wait until the photos in the records are so."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not true(found := await self.photos()):
            assert asyncio.get_running_loop().time() < deadline, f"waited in vain: {what}: {found}"
            await asyncio.sleep(0.02)
        return found

    async def until_ended(self, table: type[Submission] | type[Errand]) -> bool:
        """Wait until every row has ended, and lost its token."""
        for _ in range(1000):
            rows = await self.all(table)
            if rows and all(row.ended_at and row.token is None for row in rows):
                return True
            await asyncio.sleep(0.02)
        return False


async def desk(club: Club, member: str) -> dict[str, Any]:
    """What `/review` shows."""
    return await club.shown(club.use("review", member))


async def exported(club: Club, member: str) -> list[zipfile.ZipFile]:
    """The ZIP files of `/privacy export`."""
    interaction = club.use("privacy export", member)
    await until(lambda: interaction.first("edited", "followup"), "an export")
    messages = [interaction.original, *interaction.followups]
    found = []
    for message in messages:
        for file in message.json["attachments"]:
            kept = club.world.attachments.get(file["id"])
            found.append(zipfile.ZipFile(io.BytesIO(kept.data)))
    return found


async def until_closed(club: Club, errand_id: str) -> None:
    """Wait until the records know nothing of a drawing any more."""
    async with asyncio.timeout(PATIENCE_S):
        while any(each.id == errand_id for each in await club.all(Errand)):
            await asyncio.sleep(0.02)


async def edited(club: Club, interaction: Interaction) -> dict[str, Any]:
    """The review message once this click has changed it."""
    await until(lambda: interaction.first("edited", "followup", "answered"), "an answer to a click")
    return dict(interaction.original.json)


async def edit_of(interaction: Interaction) -> dict[str, Any]:
    """The message once the bot has edited it, and said nothing else."""
    await until(lambda: interaction.first("edited"), "an edit")
    return dict(interaction.original.json)


async def accept(club: Club, reviewer: str = "minato") -> None:
    """Let a reviewer accept what waits longest."""
    page = await club.shown(club.use("review", reviewer))
    await edit_of(club.click(page, "review-accept", reviewer))


async def withdraw(club: Club, *ids: str, member: str = "akari") -> dict[str, Any]:
    """Take photos back: what the member is shown at the end."""
    mine = await club.shown(club.use("photos withdraw", member))
    asked = club.click(mine, "withdraw-ask", member, values=list(ids))
    sure = await edit_of(asked)
    assert say("ja", "withdraw-sure", count=len(ids)) in sure["content"]
    return await edit_of(club.click(sure, "withdraw:", member))


def _said(interaction: Interaction, having: str) -> bool:
    return bool(interaction.original and having in interaction.original.json["content"])


def components(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Every button and menu of a message."""
    return [part for row in message["components"] for part in row["components"]]


def component(message: dict[str, Any], action: str) -> dict[str, Any]:
    """The first component whose custom_id begins so."""
    for part in components(message):
        if part["custom_id"].startswith(action):
            return part
    raise AssertionError(f"no {action} among {[p['custom_id'] for p in components(message)]}")
