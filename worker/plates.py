"""Pictures on their way into an answer: files, their alt texts, the line above, buttons below."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL.Image import Image

from foodgan.contract import dishname
from foodgan.contract.limits import REQUEST_MAX, VERY_CALM
from foodgan.contract.offers import mark_of, offers
from foodgan.contract.orders import DishOrder
from foodgan.contract.phrases import say
from foodgan.contract.recipes import Recipe
from foodgan.text.colours import dyed_by
from worker.pictures import Picture, encode
from worker.reply import Message


@dataclass(frozen=True)
class Plate:
    """An order's pictures and what is written beside them, ready to be encoded.

    known: whether the painter knows a word of the names; beside: what a look at photos has found.
    """

    order: DishOrder
    pictures: tuple[Image, ...]
    model_id: str
    known: bool
    beside: str = ""

    def message(self) -> Message:
        """Finely; smaller where that is too much for the channel."""
        message = self._encoded("fine")
        sizes = [len(picture.body) for picture in message.pictures]
        if max(sizes) > self.order.attachment_limit or sum(sizes) > REQUEST_MAX:
            return self.smaller()
        return message

    def smaller(self) -> Message:
        """Less than half of the bytes."""
        return self._encoded("small")

    def _encoded(self, form: str) -> Message:
        places = range(len(self.pictures))
        pictures = tuple(self._file(place, form) for place in places)
        return Message(self._caption(), pictures, offers(self.order, mark_of(self.model_id)))

    def _caption(self) -> str:
        unheard = "" if self.known else say(self.order.locale, "no-known-word")
        lines = (_caption(self.order, self.model_id), _manner(self.order), _dyed(self.order))
        return "\n".join(filter(None, (*lines, self._changed(), self.beside, unheard)))

    def _changed(self) -> str:
        """That this may be another picture than the one that the member goes by; else ""."""
        before = self.order.painted_by
        same = before is None or before == mark_of(self.model_id)
        return "" if same else say(self.order.locale, "answer-painter-changed")

    def _file(self, place: int, form: str) -> Picture:
        # The id lets the bot find the dish in its channel, should it not know whether it is there.
        stem = f"{_stem(self.order.recipes[place])}-{self.order.order_id}"
        return encode(self.pictures[place], stem, _alt(self.order, place), form)


def _caption(order: DishOrder, model_id: str) -> str:
    """The line above the pictures."""
    locale, painted = order.locale, order.recipes
    seed = _span(locale, [recipe.seed for recipe in painted])
    name = _title(locale, painted[0], shown=True)
    if order.kind == "variations":
        count = str(len(painted))
        return say(locale, "answer-variations", name=name, count=count, seed=seed, model=model_id)
    if painted[0].variation is not None:  # the seed alone would bring another picture
        seed = say(locale, "seed-like", seed=seed)
    if order.kind == "enlarged":
        return say(locale, "answer-enlarged", name=name, seed=seed, model=model_id)
    if order.kind == "check":
        return say(locale, "answer-check", name=name, seed=seed, model=model_id)
    if order.mix is None:
        return say(locale, "answer-line", name=name, seed=seed, model=model_id)
    values = {
        "name": dishname.display(order.name),
        "mix": dishname.display(order.mix),
        "seed": seed,
        "model": model_id,
    }
    shares = [recipe.share or 0 for recipe in painted]
    if len(set(shares)) > 1:
        return say(locale, "answer-series", shares="→".join(map(str, shares)), **values)
    return say(locale, "answer-mix", share=str(shares[0]), **values)


def _manner(order: DishOrder) -> str:
    """What was asked for beside the name, so that a picture can be ordered again; else ""."""
    locale, told = order.locale, []
    for phrase, wanted in (("manner-more", range(101, 301)), ("manner-less", range(100))):
        words = [dishname.display(word) for word, percent in order.weights if percent in wanted]
        if words:
            told.append(say(locale, phrase, words=" ".join(words)))
    if order.truncation is not None:
        very = order.truncation <= VERY_CALM
        told.append(say(locale, "choice-very-calm" if very else "choice-calm"))
    return say(locale, "answer-manner", manner=" · ".join(told)) if told else ""


def _dyed(order: DishOrder) -> str:
    """Which words of a new dish have given it their colour, for members to find such words."""
    words = dyed_by(_tasted(order)) if order.kind in ("dish", "mix") else []
    return say(order.locale, "answer-dyed", words=dishname.listed(words)) if words else ""


def _tasted(order: DishOrder) -> tuple[str, ...]:
    """The names that are in the picture: of a mix with 0 or 100 percent only one is."""
    shares = {recipe.share for recipe in order.recipes}
    if order.mix is None or shares not in ({0}, {100}):
        return order.names
    return (order.name,) if shares == {0} else (order.mix,)


def _span(locale: str, seeds: Sequence[int]) -> str:
    """Seeds as text: one, or the first and the last, and which picture has which."""
    first, last = str(seeds[0]), str(seeds[-1])
    return first if first == last else say(locale, "seeds-span", first=first, last=last)


def _title(locale: str, recipe: Recipe, *, shown: bool = False) -> str:
    """A picture's name, or its names and how they are mixed. shown: as Discord's Markdown."""
    name, mix = recipe.name, recipe.mix
    if shown:
        name, mix = dishname.display(name), mix and dishname.display(mix)
    if mix is None:
        return name
    return say(locale, "title-mix", name=name, mix=mix, share=str(recipe.share))


def _alt(order: DishOrder, place: int) -> str:
    """What a screen reader says of the picture at that place, counted from 0."""
    locale, recipe = order.locale, order.recipes[place]
    values = {"name": _title(locale, recipe), "seed": str(recipe.seed)}
    if recipe.variation is None:
        return say(locale, "picture-alt", **values)
    if len(order.recipes) == 1:
        return say(locale, "picture-alt-like", **values)
    return say(locale, "picture-alt-like-one", place=str(place + 1), **values)


def _stem(recipe: Recipe) -> str:
    """A picture's file name, but for the order's id; no two in an answer are alike."""
    parts = ["dish", recipe.seed]
    parts += [] if recipe.share is None else [f"mix{recipe.share}"]
    parts += [] if recipe.variation is None else [f"like{recipe.variation}"]
    return "-".join(map(str, parts))
