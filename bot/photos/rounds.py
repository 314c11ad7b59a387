"""The rounds through photos: what the intake says, receipts, decisions to tell, what to purge."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Edit, Outcome
from bot.guard import Guard
from bot.photos.lookalikes import LookAlikes
from bot.photos.notices import Notices
from bot.photos.publisher import Publisher
from bot.photos.receipts import FAILED, Receipts
from bot.photos.reception import Reception
from bot.queue.calls import Stage
from bot.queue.photos import PhotoQueue
from bot.records import photos, submissions
from bot.records.tables import Photo, Submission
from foodgan.contract.lookalikes import number
from foodgan.contract.orders import TOKEN_LIFE, TOKEN_MARGIN
from foodgan.contract.photos import Refused, Taken

ROUND_S = 1.0
SETTLED_S = timedelta(seconds=10)  # after this nobody is busy with a submission any more
_ANSWER: TypeAdapter[Taken | Refused] = TypeAdapter(Taken | Refused)

log = logging.getLogger(__name__)

Chore = Callable[[], Awaitable[None]]


class PhotoRounds:
    """Walks through what is open about photos. A chore that fails keeps no other from its turn."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        queue: PhotoQueue,
        reception: Reception,
        receipts: Receipts,
        lookalikes: LookAlikes,
        publisher: Publisher,
        edit: Edit,
        notices: Notices,
        chores: Sequence[Chore],
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._reception = reception
        self._receipts = receipts
        self._lookalikes = lookalikes
        self._publisher = publisher
        self._edit = edit
        self._notices = notices
        self._chores = (self.hear_the_intake, self.answer, *chores, publisher.keep_in_step)
        self._guard = Guard()

    async def walk(self) -> None:
        """Walk until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(ROUND_S)

    async def once(self) -> None:
        """One round."""
        for chore in self._chores:
            await self._guard.keep(chore.__qualname__, chore())

    async def hear_the_intake(self) -> None:
        """Write down what the intake found, and send what it never got."""
        async with self._sessions() as session:
            open_ones = await photos.at_the_intake(session)
        # Before the queue is asked: what comes into line meanwhile would seem lost.
        in_hand = frozenset(self._reception.in_hand)
        open_ones = [photo for photo in open_ones if photo.id not in in_hand]
        if not open_ones:
            return
        stages = await self._queue.stages([photo.id for photo in open_ones])
        for photo in open_ones:
            await self._guard.keep(f"photo {photo.id}", self._attend(photo, stages[photo.id]))

    async def _attend(self, photo: Photo, stage: Stage) -> None:
        if stage == "done":
            await self._settle(photo, _said(photo, await self._queue.result(photo.id)))
        elif stage == "failed" or (stage == "lost" and photo.state == "withdrawn"):
            await self._settle(photo, Refused(photo_id=photo.id, phrase=FAILED))
        elif stage == "lost":
            await self._reception.put_in_line(photo)
            return
        else:
            return
        await self._queue.forget([photo.id])

    async def _settle(self, photo: Photo, said: Taken | Refused) -> None:
        refusal: str | None
        async with self._sessions.begin() as session:
            if isinstance(said, Taken):
                refusal = await photos.take(session, photo, said)
            else:
                refusal = said.phrase
                await photos.refuse(session, photo, said)
        if isinstance(said, Taken) and refusal is None and photo.state == "submitted":
            self._lookalikes.add(photo.id, number(said.perceptual_hash))
        self._publisher.changed()
        log.info("photo %s: %s", photo.id, refusal or "taken")

    async def answer(self) -> None:
        """Complete the answers of submissions whose photos are all through."""
        async with self._sessions() as session:
            open_ones = await submissions.open_ones(session)
        late: list[tuple[Submission, str]] = []
        for submission in open_ones:
            if submission.id not in self._reception.in_hand:
                work = self._complete(submission, late)
                await self._guard.keep(f"submission {submission.id}", work)
        await self._guard.keep("late receipts", self._tell(late))

    async def _complete(self, submission: Submission, late: list[tuple[Submission, str]]) -> None:
        """late: gets the receipts that need another way to the member."""
        handed = await self._receipts.photos_of(submission)
        states = {photo.state for photo in handed}
        age = datetime.now(UTC) - submission.asked_at
        dead = age > TOKEN_LIFE - TOKEN_MARGIN
        if dead and submission.token:
            await self._forget_token(submission)
        if "draft" in states and age > SETTLED_S:
            await self._reception.resume(submission)
        elif handed and not states & {"draft", "submitted"}:
            await self._receipt(submission, handed, late)
        elif dead and not handed:
            await self._end(submission)

    async def _receipt(
        self, submission: Submission, handed: Sequence[Photo], late: list[tuple[Submission, str]]
    ) -> None:
        answer = await self._receipts.of(submission, handed)
        outcome: Outcome = "dead"
        if submission.token:
            outcome = await self._edit(submission.application_id, submission.token, answer)
        if outcome == "away":
            return  # on a later round
        await self._end(submission)
        if outcome in ("dead", "refused"):
            late.append((submission, answer.text))

    async def _tell(self, late: Sequence[tuple[Submission, str]]) -> None:
        """Receipts whose token has died, in one message a member.

        Their submissions have ended: a stop in between costs a message, and sends none twice.
        """
        by_member: dict[int, list[tuple[Submission, str]]] = defaultdict(list)
        for submission, text in late:
            by_member[submission.member_id].append((submission, text))
        for member_id, theirs in by_member.items():
            last, text = theirs[-1][0], "\n".join(text for _, text in theirs)
            await self._notices.late(member_id, last.locale, text, last.channel_id)

    async def _forget_token(self, submission: Submission) -> None:
        async with self._sessions.begin() as session:
            await submissions.forget_token(session, submission.id)
        submission.token = None

    async def _end(self, submission: Submission) -> None:
        async with self._sessions.begin() as session:
            await submissions.end(session, submission.id)
        log.info("submission %s: answered", submission.id)


def _said(photo: Photo, result: str | None) -> Taken | Refused:
    """What the intake answered; a failure where that is no answer, or about another photo."""
    try:
        said = _ANSWER.validate_json(result or "")
    except ValidationError:
        said = None
    if said is None or said.photo_id != photo.id:
        log.error("photo %s: the intake's answer makes no sense", photo.id)
        return Refused(photo_id=photo.id, phrase=FAILED)
    return said
