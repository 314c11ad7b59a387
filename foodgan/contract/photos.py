"""What travels between bot, intake worker and store about contributed photos: JSON, validated.

The bot alone writes the database; intake workers see no database. So an intake job answers with
what it found, by its RQ result, and the bot writes that down. What a release or a check needs to
know of the accepted photos, the bot publishes in the store as the catalogue `club.jsonl`.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_serializer,
    field_validator,
)

from foodgan.contract.orders import Locale, OrderId, Plain

PHOTO_QUEUE = "photo"  # what is handed over
CHORE_QUEUE = "chores"  # what may take long: drawings and releases
TAKE_IN_TASK = "worker.photos.take_in"  # PhotoIntake -> Taken | Refused
DRAW_TASK = "worker.photos.draw"  # Drawing -> Drawn: the picture of /dataset
RELEASE_TASK = "worker.photos.release"  # ReleaseOrder -> Released
# The bot reads a result on its rounds; one that was away for days finds what was done meanwhile, as
# a photo that lies in the store must not be lost.
RESULT_TTL_S = 7 * 86_400

# Layout of a store. Every file appears whole or not at all; objects never change.
OBJECTS = "objects"  # objects/ab/abcdef….jpg, named by the SHA-256 of their bytes
CATALOGUES = "catalogues"  # catalogues/club.jsonl by the bot, others by `photos import`
CLUB = "club"  # the name of the bot's own catalogue, and the source of all in it
TOMBSTONES = "tombstones.jsonl"  # by the bot: hashes that must never come back
WAITING = "waiting.jsonl"  # by the bot: photos taken in, not accepted for good; they are no orphans
RELEASES = "releases"  # releases/HASH/: a Hugging Face imagefolder and its manifest
DRAWINGS = "drawings"  # drawings/ID.png: for the bot to fetch and to remove
PRUNED = "pruned.jsonl"  # by `photos prune`: releases that were, for whoever looks for one

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
PerceptualHash = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]  # 64 bits
DishName = Annotated[str, Field(min_length=1, max_length=100)]
Licence = Literal["CC0-1.0", "CC-BY-4.0", "club-only"]
CLUB_ONLY: Licence = "club-only"
UNKNOWN = "unknown"  # licence or source of a photo of which nobody says one
Hint = Literal["blurry", "dark", "bright", "tiny", "texty"]


class Order(BaseModel):
    """What is asked of a worker. A worker drops the fields that a later bot added: see
    `worker.forked`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class Result(BaseModel):
    """What a worker answers. Fields that a later worker added are dropped, and no word of its own
    in one of ours makes the rest unreadable.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class Kept(BaseModel):
    """What several builds read and write in turn: fields that a later one added stay."""

    model_config = ConfigDict(frozen=True, extra="allow")


class PhotoIntake(Order):
    """One contributed file to be fetched and made safe. url is signed: a secret, never logged.

    name: of the dish, normalised, to be read as words.
    """

    version: Literal[1] = 1
    photo_id: OrderId
    url: SecretStr
    name: Annotated[str, Field(max_length=100)] = ""

    @field_serializer("url", when_used="json")
    def _reveal(self, url: SecretStr) -> str:
        return url.get_secret_value()


class Taken(Result):
    """A photo that now lies in the store, clean: what reviewers and the bot need to know of it.

    sha256: of the stored bytes; original_sha256: of the file as it was handed in; width, height in
    pixels, as stored; size in bytes, as stored; words: of its name, as the dictionary reads it.
    """

    photo_id: OrderId
    sha256: Sha256
    original_sha256: Sha256
    perceptual_hash: PerceptualHash
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]
    size: Annotated[int, Field(gt=0)]
    hints: tuple[Hint, ...] = ()
    words: tuple[str, ...] = ()

    @field_validator("hints", mode="before")
    @classmethod
    def _known(cls, hints: Any) -> Any:
        """Without those that a later intake added: nobody has words for them."""
        if not isinstance(hints, list):  # else it is no JSON, and ours
            return hints
        return [hint for hint in hints if hint in get_args(Hint)]


class Refused(Result):
    """A file that was not taken in. phrase: key of the sentence that says why; nothing is kept."""

    photo_id: OrderId
    phrase: str
    values: dict[str, str | int] = {}


class Entry(Kept):
    """One accepted photo in a catalogue, a line of JSON.

    credit: how the contributor wants to be named, "" for not at all; source: CLUB, or where an
    imported collection comes from; split: only where the collection prescribes one.
    """

    sha256: Sha256
    name: DishName
    licence: Annotated[Plain, Field(min_length=1, max_length=300)]
    perceptual_hash: PerceptualHash
    accepted_at: AwareDatetime
    credit: Annotated[Plain, Field(max_length=100)] = ""
    source: Annotated[Plain, Field(max_length=300)] = ""
    split: Literal["train", "test"] | None = None


class Tombstone(Kept):
    """A photo that was withdrawn or deleted: it must not come back, nor enter a release."""

    sha256: Sha256
    original_sha256: Sha256


class Pruned(Kept):
    """A release that was removed. withdrawn: of its photos, how many had been withdrawn by then."""

    digest: Sha256
    pruned_at: AwareDatetime
    photos: Annotated[int, Field(ge=0)]
    withdrawn: Annotated[int, Field(ge=0)]


class Waiting(Kept):
    """A photo whose bytes are to be kept although no catalogue has it: it waits for a review."""

    sha256: Sha256


class ReleaseOrder(Order):
    """Freeze what the catalogues hold now. asked_at: by which the newer of two is told."""

    version: Literal[1] = 1
    release_id: OrderId
    asked_at: AwareDatetime | None = None


class Released(Result):
    """A frozen release. digest: of its manifest, and the name of its folder; None: no photo yet.

    catalogue: SHA-256 of the bot's catalogue as it was read for it; None: bytes are missing of all
    that it holds.
    """

    release_id: OrderId
    digest: Sha256 | None
    train: int
    test: int
    left_out: int  # tombstoned, or their bytes missing
    catalogue: Sha256 | None = None


class Drawing(Order):
    """What `/dataset` shows, beside what the bot's catalogue says: photos a week (ISO week, count).

    asked: names that members ask for in `/dish`, normalised, and who they are, as numbers that are
    good for this drawing alone.
    """

    version: Literal[3] = 3
    drawing_id: OrderId
    locale: Locale
    weeks: tuple[tuple[str, int], ...]
    asked: tuple[tuple[DishName, tuple[int, ...]], ...]


class Drawn(Result):
    """A PNG in the store, at its `drawing_path`. wanted: words that photos lack most, the first
    first.
    """

    drawing_id: OrderId
    wanted: tuple[str, ...] = ()


def drawing_path(drawing_id: str) -> str:
    """Where a drawing lies in the store until it was shown: no answer out of Redis says so."""
    return f"{DRAWINGS}/{drawing_id}.png"
