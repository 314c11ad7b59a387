"""The reception: photos are handed over, agreed to, and put in line for the intake."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer, Edit
from bot.photos import consent
from bot.photos.publisher import Publisher
from bot.queue.photos import PhotoQueue
from bot.records import operators, submissions
from bot.records.photos import note
from bot.records.tables import Consent, Credit, Photo, Submission
from foodgan.contract import dishname
from foodgan.contract.errors import KitchenClosed, UserError
from foodgan.contract.orders import Locale, new_order_id
from foodgan.contract.photos import TAKE_IN_TASK, Licence, PhotoIntake
from foodgan.contract.phrases import say
from foodgan.contract.plain import plain
from foodgan.contract.settings import Settings

PHOTOS_MAX = 10  # at once; Discord takes as many files in a message
DAY = timedelta(hours=24)
DRAFT_LIFE = timedelta(hours=1)  # the links in a draft die within a day, some sooner
DRAFT_TIMEOUT_S = 2.0  # Discord waits 3 s for the modal that comes after

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class File:
    """What a member hands over. url: signed, a secret."""

    url: str
    filename: str


@dataclass(frozen=True)
class Guest:
    """Who hands over, where, and how to answer. shown_name: as the server shows it."""

    member_id: int
    shown_name: str
    guild_id: int | None
    channel_id: int | None
    locale: Locale
    application_id: int
    token: SecretStr


class Reception:
    """Takes photos whose answer is deferred and sees that none is lost.

    A photo that cannot be put in line stays `submitted`; the rounds try again.
    """

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: PhotoQueue,
        edit: Edit,
        publisher: Publisher,
        settings: Settings,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._edit = edit
        self._publisher = publisher
        self.in_hand: set[str] = set()  # submissions and photos that the rounds leave alone
        self._per_day = settings.photos_per_day

    async def receive(self, guest: Guest, files: Sequence[File], name: str) -> None:
        """Take photos under a normalised name, or ask for consent first."""
        await self._go_on(guest, await self._draft(guest, files, name))

    async def draft(self, guest: Guest, files: Sequence[File]) -> str:
        """Keep photos until their name is known. Returns the id that leads back to them."""
        async with asyncio.timeout(DRAFT_TIMEOUT_S):
            return await self._draft(guest, files, None)

    async def name(self, guest: Guest, submission_id: str, name: str) -> None:
        """A draft gets its normalised name."""
        async with self._sessions.begin() as session:
            await submissions.one_at_a_time(session, guest.member_id)
            await _let_in(session, guest.member_id)
            await _own(session, submission_id, guest)
            await _still_drafts(session, submission_id)
            await submissions.name_it(session, submission_id, name)
            await submissions.answer_by(session, submission_id, guest.token.get_secret_value())
        await self._go_on(guest, submission_id)

    async def ask_again(self, guest: Guest) -> None:
        """Show the consent, to look it up or to choose anew."""
        async with self._sessions.begin() as session:
            known = await submissions.consent_of(session, guest.member_id)
            written = _written(guest, None, known)
            session.add(written)
        await self._ask(guest, written.id)

    async def choose_credit(self, guest: Guest, submission_id: str, choice: Credit) -> None:
        """The member wants to be named so."""
        async with self._sessions.begin() as session:
            await _own(session, submission_id, guest)
            await submissions.choose_credit(session, submission_id, choice)
        await self._ask(guest, submission_id)

    async def agree(self, guest: Guest, submission_id: str, licence: Licence, read: str) -> None:
        """The member agrees, and what waited for it goes to the intake.

        read: the version of the text that was before them; where it is older they are asked anew.
        """
        if read != str(consent.VERSION):
            async with self._sessions() as session:
                await _own(session, submission_id, guest)
            await self._ask(guest, submission_id)
            return
        async with self._sessions.begin() as session:
            submission = await _own(session, submission_id, guest)
            waiting = await submissions.photos_of(session, submission_id)
            if waiting:  # without photos, even a banned member chooses anew how to be named
                await _let_in(session, guest.member_id)
            session.add(
                Consent(
                    member_id=guest.member_id,
                    version=consent.VERSION,
                    licence=licence,
                    credit_choice=submission.credit_choice,
                    credit=consent.credit_text(submission.credit_choice, guest.shown_name),
                    locale=guest.locale,
                    given_at=datetime.now(UTC),
                )
            )
            note(session, "consent", guest.member_id, None, f"{consent.VERSION} {licence}")
            await submissions.answer_by(session, submission_id, guest.token.get_secret_value())
            if not waiting:
                await submissions.end(session, submission_id)
        self._publisher.changed()  # the credit of earlier photos
        if waiting:
            await self._send_off(submission_id, licence)
        else:
            await self._tell(guest, "consent-changed")

    async def resume(self, submission: Submission) -> None:
        """Go on where a stop came between the hand-over and the intake of a member who agreed.

        Not with what they agreed to since it was answered: their own question is open still.
        """
        async with self._sessions() as session:
            known = await submissions.consent_of(
                session, submission.member_id, until=submission.asked_at
            )
        if known and consent.current(known) and submission.name:
            await self._send_off(submission.id, known.licence)

    async def decline(self, guest: Guest, submission_id: str) -> None:
        """The member would rather not: nothing is kept. Who has only looked changes nothing."""
        phrase = "consent-declined"
        async with self._sessions.begin() as session:
            submission = await session.get(Submission, submission_id)
            if submission is not None and submission.member_id == guest.member_id:
                if not await _still_drafts(session, submission_id):
                    phrase = "consent-unchanged"
                await submissions.discard(session, submission_id)
        await self._tell(guest, phrase)

    async def put_in_line(self, photo: Photo) -> None:
        """Hand a photo to the intake; it may be there already. Raises KitchenClosed.

        Not one that was withdrawn since it was read.
        """
        if photo.url is None:
            raise ValueError(f"photo {photo.id} has no link any more")
        async with self._sessions() as session:
            as_it_is = await session.get(Photo, photo.id)
        if as_it_is is None or as_it_is.state != "submitted":
            log.info("photo %s: withdrawn, not put in line", photo.id)
            return
        order = PhotoIntake(photo_id=photo.id, url=SecretStr(photo.url), name=photo.name)
        new = await self._queue.enqueue(TAKE_IN_TASK, photo.id, order.model_dump(mode="json"))
        log.info("photo %s: %s", photo.id, "in line" if new else "in line before")

    async def _draft(self, guest: Guest, files: Sequence[File], name: str | None) -> str:
        if not files:
            raise UserError("submit-no-photo")
        if len(files) > PHOTOS_MAX:
            raise UserError("submit-too-many", limit=PHOTOS_MAX)
        async with self._sessions.begin() as session:
            await self._admit(session, guest.member_id, len(files))
            known = await submissions.consent_of(session, guest.member_id)
            submission = _written(guest, name, known)
            session.add(submission)
            await session.flush()  # before the photos, which point at it
            session.add_all(_photo(guest, submission.id, file, name) for file in files)
        log.info("submission %s: written, %d photos", submission.id, len(files))
        return submission.id

    async def _admit(self, session: AsyncSession, member_id: int, count: int) -> None:
        await submissions.one_at_a_time(session, member_id)
        await _let_in(session, member_id)
        await submissions.discard_unnamed(session, member_id)  # who begins anew has closed those
        today = await submissions.handed_over_since(session, member_id, datetime.now(UTC) - DAY)
        if today + count > self._per_day:
            left = max(self._per_day - today, 0)
            raise UserError("submit-enough-today", limit=self._per_day, left=left)

    async def _go_on(self, guest: Guest, submission_id: str) -> None:
        """To the intake where the member has agreed before, else to the consent."""
        async with self._sessions() as session:
            known = await submissions.consent_of(session, guest.member_id)
        if known is None or not consent.current(known):
            await self._ask(guest, submission_id)
        else:
            await self._send_off(submission_id, known.licence)

    async def _send_off(self, submission_id: str, licence: str) -> None:
        """Drafts become photos in line. The sentence comes first: no receipt may precede it."""
        busy = {submission_id}
        self.in_hand |= busy
        try:
            async with self._sessions.begin() as session:
                sent = await submissions.send_off(session, submission_id, licence)
                busy |= {photo.id for photo in sent}  # an erased member's have no submission
                self.in_hand |= busy
                submission = await session.get_one(Submission, submission_id)
            if not sent:  # a second click: the first has sent them off
                return
            staffed = await self._queue.staffed(TAKE_IN_TASK)
            await self._say(submission, "submit-received" if staffed else "submit-kept", sent)
            for photo in sent:
                await self.put_in_line(photo)
        except KitchenClosed as error:
            log.warning("submission %s: kept for later, %s", submission_id, error)
            await self._say(submission, "submit-kept", sent)
        finally:
            self.in_hand -= busy

    async def _say(self, submission: Submission, phrase: str, sent: Sequence[Photo]) -> None:
        if submission.token:
            name = dishname.display(submission.name or "")
            text = say(submission.locale, phrase, count=len(sent), name=name)
            await self._edit(submission.application_id, submission.token, Answer(text))

    async def _tell(self, guest: Guest, phrase: str) -> None:
        answer = Answer(say(guest.locale, phrase))
        await self._edit(guest.application_id, guest.token.get_secret_value(), answer)

    async def _ask(self, guest: Guest, submission_id: str) -> None:
        async with self._sessions() as session:
            choice = (await session.get_one(Submission, submission_id)).credit_choice
            known = await submissions.consent_of(session, guest.member_id)
            handed = await submissions.photos_of(session, submission_id)
        waits = _waits(guest.locale, [photo for photo in handed if photo.state == "draft"])
        answer = consent.question(
            guest.locale, submission_id, choice, guest.shown_name, known, waits
        )
        await self._edit(guest.application_id, guest.token.get_secret_value(), answer)


async def _let_in(session: AsyncSession, member_id: int) -> None:
    if await operators.banned(session, member_id):
        raise UserError("submit-banned")


async def _own(session: AsyncSession, submission_id: str, guest: Guest) -> Submission:
    submission = await submissions.find(session, submission_id, guest.member_id)
    since = datetime.now(UTC) - DRAFT_LIFE
    if submission is None or await submissions.is_stale(session, submission_id, since):
        bare = await submissions.is_bare(session, submission_id, guest.member_id)
        raise UserError("consent-stale" if bare else "submit-stale")
    return submission


async def _still_drafts(session: AsyncSession, submission_id: str) -> Sequence[Photo]:
    """Photos that nobody has looked at yet. Raises UserError where they have been sent off."""
    handed = await submissions.photos_of(session, submission_id)
    if any(photo.state != "draft" for photo in handed):
        raise UserError("consent-given")
    return handed


def _waits(locale: Locale, drafts: Sequence[Photo]) -> str:
    """That photos are not taken yet, and how long they wait for an answer."""
    if not drafts:
        return ""
    until = min(photo.submitted_at for photo in drafts) + DRAFT_LIFE
    return say(
        locale,
        "consent-waits",
        name=dishname.display(drafts[0].name),
        count=len(drafts),
        when=f"<t:{until.timestamp():.0f}:t>",
    )


def _written(guest: Guest, name: str | None, known: Consent | None) -> Submission:
    """known: what the member has agreed to, if so, to whichever version; its choices stay."""
    return Submission(
        id=new_order_id(),
        member_id=guest.member_id,
        guild_id=guest.guild_id,
        channel_id=guest.channel_id,
        locale=guest.locale,
        name=name,
        credit_choice=known.credit_choice if known else "name",
        application_id=guest.application_id,
        token=guest.token.get_secret_value(),
        asked_at=datetime.now(UTC),
    )


def _photo(guest: Guest, submission_id: str, file: File, name: str | None) -> Photo:
    return Photo(
        id=new_order_id(),
        submission_id=submission_id,
        member_id=guest.member_id,
        channel_id=guest.channel_id,
        locale=guest.locale,
        name=name or "",
        filename=plain(file.filename)[:256],  # else it could turn the sentence around it
        url=file.url,
        state="draft",
        submitted_at=datetime.now(UTC),
    )
