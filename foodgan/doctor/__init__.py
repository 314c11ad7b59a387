"""`foodgan doctor`: looks at everything that a canteen needs and says what to do."""

from collections.abc import Callable, Iterable, Iterator

from foodgan.contract.checkup import Finding, Part, fail
from foodgan.contract.logs import brief
from foodgan.contract.settings import Settings
from foodgan.contract.terminal import say
from foodgan.doctor import bot, machine, model, queue, serving, store

Check = Callable[[Settings], Iterable[Finding]]
CHECKS: dict[Part, Check] = {
    "Python and packages": machine.python,
    "disk": machine.disk,
    "private files": machine.private_files,
    "Redis": queue.redis,
    "photo store": store.store,
    "device": model.device,
    "model": model.model,
    "served model": serving.serving,
    "database and Discord": bot.bot,
}


def examine(name: Part, settings: Settings) -> Iterator[Finding]:
    """The findings of one check; one that breaks is a finding too."""
    try:
        yield from CHECKS[name](settings)
    except Exception as error:
        what = f"{type(error).__name__}: {brief(str(error), 200)}"
        yield fail(name, say("doctor-broke", error=what), say("doctor-broke.advice"))
