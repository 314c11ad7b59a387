"""Members' submissions are answered once the intake has spoken about every photo."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Edit, Outcome
from bot.guard import Guard
from bot.photos.notices import Notices
from bot.photos.receipts import Receipts
from bot.photos.reception import Reception
from bot.records import submissions
from bot.records.tables import Photo, Submission
from foodgan.contract.orders import TOKEN_LIFE, TOKEN_MARGIN

SETTLED_S = timedelta(seconds=10)  # after this nobody is busy with a submission any more

log = logging.getLogger(__name__)


class Answers:
    """Gives receipts, by another way where the first is closed."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        reception: Reception,
        receipts: Receipts,
        edit: Edit,
        notices: Notices,
    ) -> None:
        self._sessions = sessions
        self._reception = reception
        self._receipts = receipts
        self._edit = edit
        self._notices = notices
        self._guard = Guard()

    async def give(self) -> None:
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
