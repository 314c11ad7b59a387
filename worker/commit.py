"""Group commit: the ends of claims that come while Redis is being told go with the next telling."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from redis import Redis

from worker.books import Claim, Command

# Whatever a claim's end takes, unless a sweep has given the claim away; all of it or nothing.
# KEYS: registry of claims. ARGV: the claim, then each command: how many words, the words.
_END = """
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local i = 2
while i <= #ARGV do
  local n = tonumber(ARGV[i])
  redis.call(unpack(ARGV, i + 1, i + n))
  i = i + n + 1
end
return 1
"""

_Entry = tuple[Claim, Sequence[Command], "Future[bool]"]


class GroupCommit:
    """Writes ends of claims, on the thread of whoever has come first. Safe to use on any thread."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection
        self._waiting: list[_Entry] = []
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def end(self, claim: Claim, commands: Sequence[Command]) -> bool:
        """Run the commands in one step; False, and nothing is written, where the claim is lost.

        Raises RedisError.
        """
        written: Future[bool] = Future()
        with self._lock:
            self._waiting.append((claim, commands, written))
        with self._turn:
            with self._lock:
                entries, self._waiting = self._waiting, []
            if entries:
                self._write(entries)
        return written.result()

    def _write(self, entries: Sequence[_Entry]) -> None:
        try:
            with self._connection.pipeline(transaction=False) as pipe:
                for claim, commands, _ in entries:
                    registry = claim.queue.started_job_registry.key
                    words = [word for each in commands for word in (len(each), *each)]
                    pipe.eval(_END, 1, registry, claim.execution.composite_key, *words)
                answers: list[Any] = pipe.execute(raise_on_error=False)
        except BaseException as error:
            answers = [error] * len(entries)
        for (*_, written), answer in zip(entries, answers, strict=True):
            if isinstance(answer, BaseException):
                written.set_exception(answer)
            else:
                written.set_result(answer == 1)
