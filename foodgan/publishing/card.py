"""The model card: what a model saw, by whose leave, for how long, and how good it is.

Mitchell et al. 2019, arXiv:1810.03993. Everything in it comes from model.json and from the figures
that `foodgan evaluate --json` printed; nothing is written by hand.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import groupby
from typing import Any

from foodgan.contract.dishname import display
from foodgan.evaluate.beside import markdown
from foodgan.evaluate.meaning import MEANINGS, shown
from foodgan.publishing.hardware import seconds_by_device
from foodgan.publishing.lighting import share_lit
from foodgan.publishing.widening import Widths, widths_of
from foodgan.registry import ModelFile, Training
from foodgan.training.name_lesson import LESSON
from foodgan.training.texture_lesson import TEXTURE

NOTED_S = 0.5  # parts of a run are rounded; less than this is none
BESIDE = "beside"  # key of the other entrants' figures
USE = """\
For research and non-commercial use: some of the photos may be used for nothing else. The photos are
not part of the model's files; where there is an index of them, it holds 192 features of each, its
name, source and licence. The pictures are of dishes that do not exist; they are no recipe, and
say nothing of what is in a dish or whether it can be eaten."""


def render(model: ModelFile, figures: Mapping[str, Any] | None) -> str:
    """The card as Markdown. figures: what `foodgan evaluate --json` printed, if it was run."""
    parts = [
        f"# Model card: {model.model_id}",
        "StackGAN with Conditioning Augmentation: a name to a 64×64 sketch (Stage-I), and on to a "
        "256×256 picture (Stage-II). Written by `foodgan model card`.",
        "## Use",
        USE,
        "## Training",
        _table(
            ("", *model.training),
            [
                ("photos seen", *(f"{t.seen_in_all:,}" for t in model.training.values())),
                ("hours", *(_hours(t.seconds_in_all) for t in model.training.values())),
                *_by_device(model),
                ("runs, one after another", *(len(t.runs) for t in model.training.values())),
                ("photos of each run", *(_each(t, "count") for t in model.training.values())),
                ("their names", *(_each(t, "names") for t in model.training.values())),
                ("loss", *(_losses(t) for t in model.training.values())),
                ("pictures painted in lessons", *map(_lessons, model.training.values())),
                ("given wider: layout, names, around", *map(_widths, model.training.values())),
                (
                    "a seed's own light: of what photos of a name differ by more than sketches did",
                    *map(_light, model.training.values()),
                ),
                ("seed", *(t.config["seed"] for t in model.training.values())),
            ],
        ),
        "A photo is seen once for each time that it is drawn into a batch of a discriminator; what "
        "lessons are held to is not counted. Photos of the split "
        "`test` were never drawn. Hours are of training alone, by the clock; minutes in which "
        "names were learned by likeness are not counted.",
        "## Photos",
        _table(("source", "photos"), _counts(model, "sources")),
        _table(("licence, as its source states it", "photos"), _counts(model, "licences")),
        *_leave(model),
        "## How good it is",
        _figures(figures) if figures else "Not measured yet: `foodgan evaluate` does.",
    ]
    return "\n\n".join(parts) + "\n"


def _by_device(model: ModelFile) -> list[tuple[str, ...]]:
    """A row a device: how long each stage was trained on it; a last one where runs do not say."""
    stages = {stage: seconds_by_device(each) for stage, each in model.training.items()}
    devices = dict.fromkeys(device for found in stages.values() for device in found)
    rows = [
        (f"on {device}", *(_hours(found.get(device, 0.0)) for found in stages.values()))
        for device in devices
    ]
    unsaid = [
        each.seconds_in_all - sum(found.values())
        for each, found in zip(model.training.values(), stages.values(), strict=True)
    ]
    if any(seconds >= NOTED_S for seconds in unsaid):
        rows.append(("on a device that was not noted", *map(_hours, unsaid)))
    return rows


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.2f} ({seconds:,.0f} s)" if seconds >= NOTED_S else "—"


def _each(training: Training, what: str) -> str:
    """A number of each run's photos, in their order, those of a row alike but once."""
    numbers = [f"{run.photos[what]:,}" for run in training.runs]
    return ", ".join(number for number, _ in groupby(numbers))


def _losses(training: Training) -> str:
    """Of its runs, in their order."""
    return ", then ".join(
        dict.fromkeys(str(run.config["loss"]) for run in training.runs if "loss" in run.config)
    )


def _lessons(training: Training) -> str:
    """How much was painted in lessons, see `foodgan.training.course`."""
    lessons = [run.config for run in training.runs if run.config.get("loss") in (LESSON, TEXTURE)]
    return f"{sum(each['pictures'] for each in lessons):,}"


def _widths(training: Training) -> str:
    """How many times as wide as it learned, see `foodgan.publishing.widening`."""
    widths = widths_of(training)
    told = (f"{width:g}" for width in asdict(widths).values())
    return "—" if widths == Widths() else ", ".join(told)


def _light(training: Training) -> str:
    """The share of what was missing, see `foodgan.publishing.lighting`."""
    share = share_lit(training)
    return f"{share:.0%}" if share else "—"


def _leave(model: ModelFile) -> list[str]:
    """Which releases it saw, and by whose leave, where its photos were contributed."""
    releases = sorted({str(each["release"]) for each in model.photos if each.get("release")})
    people = sorted({name for each in model.photos for name in each.get("contributors", {})})
    said = []
    if releases:
        said.append("Releases, which may have been pruned since: " + ", ".join(releases) + ".")
    if people:
        said.append("With thanks to " + ", ".join(map(display, people)) + ".")
    return said


def _counts(model: ModelFile, what: str) -> list[tuple[str, str]]:
    """Counts of photos, the largest first. Runs share photos: the one with the most counts."""
    counts: Counter[str] = Counter()
    for photos in model.photos:
        counts |= Counter(photos[what])
    return [(name, f"{n:,}") for name, n in sorted(counts.items(), key=lambda pair: -pair[1])]


def _figures(figures: Mapping[str, Any]) -> str:
    sentences = {meaning.key: meaning.sentence for meaning in MEANINGS}
    alone = {name: value for name, value in figures.items() if name != BESIDE}
    rows = [(name, shown(value), sentences.get(name, "")) for name, value in alone.items()]
    beside = figures.get(BESIDE)
    return (
        "Printed by `foodgan evaluate --photos DIR --json`; floors and controls are photos, and "
        "pictures that are known to be bad. Not one of these figures is an FID.\n\n"
        + _table(("measure", "value", "what it means"), rows)
        + ("\n\n## Beside the baselines\n\n" + markdown([figures, *beside]) if beside else "")
    ).rstrip("\n")


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
