"""`foodgan model teach` and `polish`: lessons for a trained Stage-I, and for a Stage-II."""

from pathlib import Path
from typing import Annotated

import typer

from foodgan.cli.device import Device
from foodgan.cli.evaluate import CACHE
from foodgan.contract.terminal import say


def teach(
    run: Annotated[Path, typer.Argument(exists=True)],
    photos: Annotated[Path, typer.Option(file_okay=False)],
    out: Annotated[Path, typer.Option(file_okay=False)],
    pictures: Annotated[int, typer.Option(min=1)] = 10_000,
    by_name: Annotated[float, typer.Option(min=0)] = 0.6,
    by_photos: Annotated[float, typer.Option(min=0)] = 1.0,
    stay: Annotated[float, typer.Option(min=0)] = 1.0,
    seed: int = 0,
    device: Device = None,
    threads: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Teach a trained Stage-I names that no photo has: what a dish is, and what lies on it.

    Minutes on a CPU. OUT is a run as RUN is: `foodgan model export --stage1 OUT`. Ctrl-C ends it
    early, and keeps what was learned: the same command goes on from there, as after a kill.
    """
    from random import Random

    import torch

    from foodgan.contract import logs
    from foodgan.machine.place import placed
    from foodgan.metrics.fixed import fixed
    from foodgan.models.stackgan import SKETCH_SIZE
    from foodgan.photos.feed import open_feed
    from foodgan.registry import left_out, training_of
    from foodgan.step.config import TrainConfig
    from foodgan.text.encode import encode
    from foodgan.text.invent import Inventor
    from foodgan.training.course import attend, described, painted_in
    from foodgan.training.energy import PhotoEnergy
    from foodgan.training.name_lesson import Lesson, LessonConfig, kept, open_pupil
    from foodgan.training.teacher import Teacher

    logs.set_up()
    if threads:
        torch.set_num_threads(threads)
    styles = tuple(sorted(left_out([training_of(run)])))
    config = LessonConfig(
        seed=seed,
        pictures=pictures,
        by_name=by_name,
        by_photos=by_photos,
        stay=stay,
        exclude_styles=styles,
    )
    with placed(device, records=False) as place:
        pupil = open_pupil(run, place.device)
        seen = TrainConfig(kind="stage1", photo_size=SKETCH_SIZE, exclude_styles=styles)
        feed = open_feed(seen, photos, CACHE, place.device)
        painted = painted_in(out, described(config, run, feed.about))
        if painted < pictures:  # else there is no need of a teacher
            names = [photo.name for photo in feed.photos if photo.name]
            teacher = Teacher.of(feed.photos, feed.pixels, place.device)
            lesson = Lesson(
                config,
                pupil,
                teacher,
                Inventor(names, {*fixed(), *feed.held_out, *names}, Random()),
                encode(kept(names)),
                PhotoEnergy.of(feed, teacher.eyes) if by_photos else None,
            )
            painted = attend(lesson, run, out, feed.about)
    _tell(painted, pictures, out)


def polish(
    photos: Annotated[Path, typer.Option(file_okay=False)],
    out: Annotated[Path, typer.Option(file_okay=False)],
    model: Path | None = None,
    pictures: Annotated[int, typer.Option(min=1)] = 1_600,
    blur: Annotated[float, typer.Option(min=0, max=1)] = 0.3,
    hue: Annotated[float, typer.Option(min=0, max=1)] = 0.04,
    seed: int = 0,
    device: Device = None,
    threads: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Teach a model's Stage-II surfaces as photos have them: fewer drops and coloured seams.

    Its part is light and shade from then on, and colours are nearly the sketch's alone. Minutes on
    a CPU. OUT is a run of Stage-II: `foodgan model export --stage2 OUT`. Ctrl-C ends it early, and
    keeps what was learned: the same command goes on from there, as after a kill.
    """
    import torch

    from foodgan.contract import logs
    from foodgan.machine.place import placed
    from foodgan.models.backbone import Backbone
    from foodgan.models.stackgan import PICTURE_SIZE
    from foodgan.photos.feed import open_feed
    from foodgan.registry import SHIPPED, left_out, training_of
    from foodgan.step.config import TrainConfig
    from foodgan.training.course import attend, described, painted_in
    from foodgan.training.texture_lesson import (
        CROP,
        Surfaces,
        TextureConfig,
        TextureLesson,
        open_pupil,
    )

    logs.set_up()
    if threads:
        torch.set_num_threads(threads)
    before = model or SHIPPED
    styles = tuple(sorted(left_out([training_of(before, "stage2")])))
    config = TextureConfig(seed=seed, pictures=pictures, blur=blur, hue=hue, exclude_styles=styles)
    seen = TrainConfig(kind="stage2", size=CROP, photo_size=PICTURE_SIZE, exclude_styles=styles)
    with placed(device, records=False) as place:
        first, pupil = open_pupil(before, config, place.device)
        feed = open_feed(seen, photos, CACHE, place.device)
        painted = painted_in(out, described(config, before, feed.about))
        if painted < pictures:  # else there is nothing to look at
            surfaces = Surfaces.of(feed, Backbone().eval().to(place.device))
            lesson = TextureLesson(config, pupil, first, surfaces)
            painted = attend(lesson, before, out, feed.about)
    _tell(painted, pictures, out)


def _tell(painted: int, pictures: int, out: Path) -> None:
    """How far a lesson came."""
    if painted < pictures:
        typer.echo(say("cli-lesson-ended-early", painted=painted, pictures=pictures))
    else:
        typer.echo(say("cli-lesson-painted", painted=painted, run=str(out)))
