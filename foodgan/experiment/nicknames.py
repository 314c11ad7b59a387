"""How well a model hears a name of nobody's language after a few photos of it, see `new_names`.

Held-out photos of dishes that the model knows get nicknames that it cannot know. It learns them
from 1, 3 or 10 photos each, and a classifier of photos, through eyes that taught nobody, says
whether what it paints of a nickname is the dish. Once more with an index that holds no photo of
these dishes: a new name is then likened to other dishes, as the club's own invention would be.
"""

import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from foodgan import registry
from foodgan.machine.progress import track
from foodgan.metrics import sight
from foodgan.metrics.exam import Exam
from foodgan.metrics.nearest import SIZE, Nearest
from foodgan.models.backbone import Backbone, pooled
from foodgan.models.classifier import Classifier, fit
from foodgan.painting.painter import Painter, portions
from foodgan.photos.folder import PhotosError
from foodgan.training.hearing import farthest, hear_as
from foodgan.training.new_names import known_names, liken

PHOTOS = (1, 3, 10)  # of each nickname
SPARE = 3  # held-out photos more that a dish must have
PICTURES = 16  # of each nickname
TAUGHT_BY = 80  # photos of a dish, at most, that the classifier learns from
RESAMPLES = 2_000
BATCH = 32
NICKNAMES = (
    *(
        "部長スペシャル",
        "ハルカの十八番",
        "ゼミ盛り",
        "深夜のご褒美",
        "学食ナンバーワン",
        "タマちゃん",
    ),
    *("火曜のあれ", "勝利の一皿", "先輩のおごり", "文化祭名物", "徹夜明け", "いつもの"),
    *("ジョンの気まぐれ", "締め切り前夜", "合宿の朝", "まぼろし", "卒業記念", "雨の日セット"),
)


@dataclass(frozen=True)
class Trial:
    """The dishes D behind nicknames. photos: held-out rows of each; judge: tells D dishes apart,
    by what eyes see.
    """

    exam: Exam
    eyes: Backbone
    dishes: tuple[str, ...]
    photos: tuple[Tensor, ...]
    judge: Classifier

    @property
    def nicknames(self) -> tuple[str, ...]:
        return NICKNAMES[: len(self.dishes)]


def measure(model: Path, exam: Exam) -> dict[str, Any]:
    """What `foodgan experiment nicknames` prints. Raises PhotosError without dishes to nickname.

    right: share of the pictures of nicknames that show the dish, by photos of each; unlike: the
    same where the index has no photo of the dishes; without: before any lesson; wrong: taken for
    another nickname's dish; dishes: under the dishes' own names; photos: of held-out photos, told
    right. Each with a 95 % interval, a bootstrap over dishes. off, moved: the farthest of `Heard`.
    """
    trial = _trial(exam)
    index = Nearest.open(model)
    features = [_features(index, exam, rows) for rows in trial.photos]
    described, first, second = registry.open_model(model)

    def told(names: Sequence[str], lesson: Mapping[str, str]) -> tuple[Tensor, dict[str, Any]]:
        stages = copy.deepcopy(first), copy.deepcopy(second)
        heard = [hear_as(each, lesson, known_names(index)) for each in stages] if lesson else []
        painter = Painter(described, *stages, "cpu")
        pictures = (painter.paint_tensor(portions(name, 0, PICTURES)) for name in names)
        seen = [sight.see(trial.eyes, each) for each in track(pictures, "painting", len(names))]
        figures = {
            "off": farthest(each.off for each in heard),
            "moved": farthest(each.moved for each in heard),
        }
        return torch.stack([trial.judge(each) for each in seen]), figures

    def shown(told: Tensor, by: int = 0) -> dict[str, float]:
        labels = torch.arange(len(told)).roll(-by)
        return _estimate((told == labels[:, None]).float().mean(dim=1))

    before, _ = told(trial.nicknames, {})
    own, _ = told(trial.dishes, {})
    found: dict[str, Any] = {
        "dishes": dict(zip(trial.nicknames, trial.dishes, strict=True)),
        "without": shown(before),
        "own_names": shown(own),
        "photos_told": _photos_told(trial),
        "right": {},
        "unlike": {},
    }
    for part, known in (("right", index), ("unlike", _without(index, trial.dishes))):
        for count in PHOTOS:
            few = {
                nickname: known.placed(rows[:count])
                for nickname, rows in zip(trial.nicknames, features, strict=True)
            }
            alike = {each.name: each.like for each in liken(known, few)}
            painted, heard = told(trial.nicknames, alike)
            likened = [alike[n] == d for n, d in zip(trial.nicknames, trial.dishes, strict=True)]
            found[part][str(count)] = {
                "painted": shown(painted),
                "wrong": shown(painted, 1),
                "likened": sum(likened) / len(likened),
                **heard,
            }
    return found


def _trial(exam: Exam) -> Trial:
    held_out, trained = _rows(exam, exam.test), _rows(exam, exam.train)
    enough = max(PHOTOS) + SPARE
    dishes = sorted(name for name, rows in held_out.items() if len(rows) >= enough)
    dishes = [name for name in dishes if trained[name]][: len(NICKNAMES)]
    if len(dishes) < 2:
        raise PhotosError(f"fewer than two dishes have {enough} held-out photos each")
    taught = [torch.tensor(trained[name][:TAUGHT_BY]) for name in dishes]
    labels = torch.cat([torch.full_like(rows, label) for label, rows in enumerate(taught)])
    eyes = sight.open_eyes()
    judge = fit(_sights(eyes, exam, torch.cat(taught)), labels, len(dishes))
    photos = tuple(torch.tensor(held_out[name]) for name in dishes)
    return Trial(exam, eyes, tuple(dishes), photos, judge)


def _rows(exam: Exam, rows: Tensor) -> defaultdict[str, list[int]]:
    """Rows by the name of their photos."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows.tolist():
        if name := exam.photos[row].name:
            found[name].append(row)
    return found


def _without(index: Nearest, dishes: Sequence[str]) -> Nearest:
    """The index less all photos of these dishes."""
    table = index.tables["name"]
    gone = torch.tensor([place for place, name in enumerate(table) if name in dishes])
    kept = ~torch.isin(index.columns[:, 0], gone)
    rest = copy.copy(index)
    rest.columns, rest.photos, rest.rows = index.columns[kept], index.photos[kept], index.rows[kept]
    return rest


@torch.inference_mode()
def _features(index: Nearest, exam: Exam, rows: Tensor) -> Tensor:
    """What the index goes by (M, F) of the first photos."""
    return pooled(index.backbone, exam.pictures(rows[: max(PHOTOS)], SIZE))


def _photos_told(trial: Trial) -> dict[str, float]:
    """Of photos that nobody learns from, how many the classifier takes for their dish."""
    right = [
        (trial.judge(_sights(trial.eyes, trial.exam, rows[max(PHOTOS) :])) == label).float().mean()
        for label, rows in enumerate(trial.photos)
    ]
    return _estimate(torch.stack(right))


def _sights(eyes: Backbone, exam: Exam, rows: Tensor) -> Tensor:
    parts = track(rows.split(BATCH), "looking at photos", total=-(-len(rows) // BATCH))
    return torch.cat([sight.see(eyes, exam.pictures(part, SIZE)) for part in parts])


def _estimate(shares: Tensor) -> dict[str, float]:
    """The mean of shares (D) and its 95 % interval when dishes are drawn anew."""
    chance = Generator().manual_seed(0)
    drawn = torch.randint(len(shares), (RESAMPLES, len(shares)), generator=chance)
    low, high = shares[drawn].mean(dim=1).quantile(torch.tensor([0.025, 0.975])).tolist()
    return {"mean": float(shares.mean()), "low": low, "high": high}
