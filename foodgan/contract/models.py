"""What travels between bot, trainers, workers and store about models: JSON, validated.

A trainer learns from a release, measures what came of it, publishes it in the store, and promotes
it where every gate is passed. Workers read in the store which model is to be served.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from foodgan.contract.orders import OrderId
from foodgan.contract.photos import DishName, Kept, Order, Result, Sha256

TRAIN_QUEUE = "train"
LEARN_TASK = "worker.training.learn"  # Learning -> Learned

# Layout of a store, beside that of photos. model.json is a model's last file to come.
MODELS = "models"  # models/HASH/: a model's folder, named by the SHA-256 of its model.json
MODEL = "model.json"
PICTURE = "learned.png"  # in it, where it learned names: a row a name, before and after
SERVING = f"{MODELS}/serving.json"  # which one is served, and which were before
# Bytes at most. Of thousands of names model.json has 1 MB; a picture is for Discord.
MODEL_MAX, SERVING_MAX, PICTURE_MAX = 16 * 1024**2, 1024**2, 10 * 1024**2

GateName = Literal["paints", "apart", "heard", "stays", "untouched"]
AT_LEAST: frozenset[str] = frozenset({"apart"})  # whose figure is to reach its bound
Promoter = Literal["trainer", "operator"]


class Learning(Order):
    """Learn the names of a release, by its photos. asked_at: when the release was asked for, by
    which the newer of two is told; None: by hand, it counts whenever it comes. base: the digest of
    the model that it is to be learned on; None: whichever the trainer has.
    """

    version: Literal[1] = 1
    learning_id: OrderId
    release: Sha256
    asked_at: AwareDatetime | None = None
    base: Sha256 | None = None


class LearnedName(Result):
    """A new name, and the known one that it is heard as from now on. photos: how many showed it."""

    name: DishName
    like: DishName
    photos: Annotated[int, Field(gt=0)]


class Gate(Result):
    """One measure of a candidate. name: a GateName, or of a later trainer's; figure: None: it is no
    number, which passes nowhere; bound: the most that passes; of AT_LEAST, the least.
    """

    name: Annotated[str, Field(pattern=r"^[a-z-]{1,32}$")]
    figure: float | None
    bound: float
    passed: bool

    @property
    def shown(self) -> str:
        """The figure, for logs and command lines."""
        return "no number" if self.figure is None else f"{self.figure:.3g}"


class Learned(Result):
    """What came of learning. digest: of the published model; None: the release has no new name.

    model_id: "" without a model; names: all that it learned, those with most photos first; known:
    other names of the release, heard as ever by the word that they end in; unheard: those that it
    could not learn; promoted: whether workers take it up; outrun: not, as a newer release
    was learned from; forgotten: not, and what was learned before is served no more either, as a
    photo of it was withdrawn or somebody whom it names wants to be named otherwise.
    """

    learning_id: OrderId
    digest: Sha256 | None
    model_id: str
    names: tuple[LearnedName, ...] = ()
    known: tuple[DishName, ...] = ()
    unheard: tuple[DishName, ...] = ()
    gates: tuple[Gate, ...] = ()
    promoted: bool = False
    outrun: bool = False
    forgotten: bool = False


class Promotion(Kept):
    """A model that became the one to be served.

    digest: its name in the store, None for each worker's own model, and then no model_id. base: the
    digest of the model that it learned on, as it counts for nobody who has another one; None: an
    operator chose it for everyone, and trainers learn on it. release, asked_at: of the `Learning`.
    """

    digest: Sha256 | None
    base: Sha256 | None
    model_id: str
    at: AwareDatetime
    by: Promoter
    release: Sha256 | None = None
    asked_at: AwareDatetime | None = None


class Serving(Kept):
    """What is served and what was: the last promotion counts. rolled_back: ids of models that an
    operator took back, which no trainer promotes again. newest: when the newest release was asked
    for that was learned from; no trainer goes back behind it. bases: machines' own models that
    names were learned on, in the order in which they came; see `own_bases`.
    """

    version: Literal[1] = 1
    promotions: tuple[Promotion, ...] = ()
    rolled_back: tuple[str, ...] = ()
    newest: AwareDatetime | None = None
    bases: tuple[Sha256, ...] = ()

    def outran(self, asked_at: datetime | None, now: datetime) -> bool:
        """Whether a newer release than this one was learned from.

        One from a clock that was ahead counts for nothing, else no other would be learned from.
        """
        if asked_at is None or self.newest is None or self.newest > now:
            return False
        return asked_at < self.newest

    def having_seen(self, asked_at: datetime | None) -> "Serving":
        """The same, once a release was learned from."""
        return self.model_copy(update={"newest": asked_at or self.newest})

    @property
    def own_bases(self) -> tuple[str, ...]:
        """`bases`, and those of promotions that a build wrote which does not know them."""
        chosen = {each.digest for each in self.promotions if each.base is None}
        learned = (each.base for each in self.promotions if each.by == "trainer")
        ours = (one for one in learned if one and one not in chosen)
        return tuple(dict.fromkeys([*self.bases, *ours]))

    def is_behind(self, own: str, other: str) -> bool:
        """Whether a machine's own model is an earlier one than another machine's.

        An update brings a model that nothing was learned on; one of before comes back with a
        machine that was off meanwhile.
        """
        bases = self.own_bases
        return own in bases and other in bases and bases.index(own) < bases.index(other)

    @property
    def in_use(self) -> set[str]:
        """The models of the store that are served, or that names are learned on."""
        using = (*self.promotions[-1:], self.chosen)
        return {each.digest for each in using if each and each.digest}

    @property
    def chosen(self) -> Promotion | None:
        """The model that operators chose for everyone; None: each worker's own."""
        for promotion in reversed(self.promotions):
            if promotion.base is None and promotion.model_id not in self.rolled_back:
                return promotion if promotion.digest else None
        return None

    def counts_for(self, own: str) -> Promotion | None:
        """What a worker serves whose own model has this digest; None: that model.

        Names that were learned on another model than is served now wait until they are learned on
        this one.
        """
        chosen = self.chosen
        if not self.promotions:
            return None
        last = self.promotions[-1]
        base = chosen.digest if chosen else own
        return last if last.digest and last.base == base else chosen
