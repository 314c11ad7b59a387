"""What a trainer made of a release, told to whoever waits for it."""

import io
from collections.abc import Sequence

import discord

from bot.answer import Answer
from foodgan.contract import dishname
from foodgan.contract.models import AT_LEAST, Gate, Learned, LearnedName
from foodgan.contract.phrases import say

NAMED_MAX = 5  # names that the answer has a line for; the rest are counted
ALT_MAX = 1024  # characters, Discord's limit


def lesson(locale: str, release: str, done: Learned, picture: bytes | None) -> Answer:
    """The answer about a release that was learned from.

    release: its digest; picture: PNG of the names before and after, where there is one.
    """
    digest, count = release[:12], len(done.names)
    if done.outrun:
        return Answer(say(locale, "learned-outrun", digest=digest))
    if done.digest is None:
        nothing = say(locale, "learned-nothing", digest=digest)
        return Answer("\n".join([nothing, *_left_out(locale, done)]))
    failed = [gate for gate in done.gates if not gate.passed]
    if done.promoted:
        head = say(locale, "learned-served", digest=digest, count=count, model=done.model_id)
    elif failed:
        head = say(locale, "learned-kept-back", digest=digest, count=count)
    else:
        head = say(locale, "learned-taken-back", digest=digest, count=count)
    lines = [head, *(_measured(locale, gate) for gate in failed)]
    if not done.promoted:
        lines.append(say(locale, "learned-forgotten" if done.forgotten else "learned-as-ever"))
    lines += [*_likenesses(locale, done.names), *_left_out(locale, done)]
    files = (_file(locale, done.names, picture),) if picture else ()
    return Answer("\n".join(lines), None, files)


def _measured(locale: str, gate: Gate) -> str:
    """What a gate that was not passed found. One of a later trainer has no words: its name is."""
    try:
        name = say(locale, f"gate-{gate.name}")
    except KeyError:
        name = gate.name
    figure = say(locale, "gate-no-number") if gate.figure is None else f"{gate.figure:.3g}"
    bound = f"{gate.bound:.3g}"
    too_little = gate.name in AT_LEAST if gate.figure is None else gate.figure < gate.bound
    way = "least" if too_little else "most"
    return say(locale, "learned-gate", gate=name, figure=figure, bound=bound, way=way)


def _likenesses(locale: str, names: Sequence[LearnedName]) -> list[str]:
    lines = [
        say(
            locale,
            "learned-name",
            name=dishname.display(one.name),
            like=dishname.display(one.like),
            photos=one.photos,
        )
        for one in names[:NAMED_MAX]
    ]
    if len(names) > NAMED_MAX:
        lines.append(say(locale, "learned-more", count=len(names) - NAMED_MAX))
    return lines


def _left_out(locale: str, done: Learned) -> list[str]:
    """The names that were not learned, by why they were not."""
    lines = []
    for why, names in (("learned-unheard", done.unheard), ("learned-known", done.known)):
        shown = dishname.listed(names[:NAMED_MAX])
        if len(names) > NAMED_MAX:
            shown = say(locale, "notice-learned-more", names=shown, count=len(names) - NAMED_MAX)
        if names:
            lines.append(say(locale, why, names=shown))
    return lines


def _file(locale: str, names: Sequence[LearnedName], picture: bytes) -> discord.File:
    shown = say(locale, "list-comma").join(one.name for one in names)
    alt = say(locale, "learned-alt", names=shown)[:ALT_MAX]
    return discord.File(io.BytesIO(picture), "learned.png", description=alt)
