"""Models on disk: whole, matching, and else refused with a sentence."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from foodgan import checkpoint, registry
from foodgan.contract import whole
from foodgan.contract.errors import ModelError
from tests.generator_fixtures import tiny_config, tiny_trainer


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy that a test may break."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def changed(folder: Path, **fields: Any) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | fields), "utf-8")


def test_another_stage_two_makes_it_another_model(tiny_model: Path) -> None:
    described = registry.describe(tiny_model)
    hashes = {**described.hashes, "stage2.safetensors": "0" * 64}
    assert described.model_copy(update={"hashes": hashes}).model_id != described.model_id


def test_an_exported_model_says_what_it_is(model: Path) -> None:
    described = registry.describe(model)
    assert re.fullmatch(r"tiny·[0-9a-f]{6}", described.model_id)
    assert described.training["stage1"].seen == 16
    assert described.training["stage2"].photos["sources"] == {"drawn": 10}
    assert sorted(path.name for path in model.iterdir()) == [
        "model.json",
        "stage1.safetensors",
        "stage2.safetensors",
    ]


def test_a_model_is_rebuilt_ready_to_paint(model: Path) -> None:
    _, first, second = registry.open_model(model)
    for network in (first, second):
        assert not network.training
        assert not any(p.requires_grad for p in network.parameters())


def test_the_averaged_weights_are_exported_and_sketch_for_stage_two(
    tiny_model: Path, tmp_path: Path
) -> None:
    runs = Path(shutil.copytree(tiny_model.parent / "runs", tmp_path / "runs"))
    last = runs / "stage1" / checkpoint.CHECKPOINT
    tensors, about = checkpoint.load(last)
    tensors["ema.to_rgb.bias"] = torch.tensor([0.25, 0.5, 0.75])  # of no step's generator
    checkpoint.save(last, tensors, about)
    registry.export("averaged", {stage: runs / stage for stage in registry.STAGES}, tmp_path / "m")
    for first in (registry.open_model(tmp_path / "m")[1], registry.open_sketcher(runs / "stage1")):
        assert first.to_rgb.bias is not None
        assert first.to_rgb.bias.tolist() == [0.25, 0.5, 0.75]


def test_an_exported_model_tells_every_run_that_its_weights_have_been_through(
    tiny_model: Path, tmp_path: Path
) -> None:
    runs = Path(shutil.copytree(tiny_model.parent / "runs", tmp_path / "runs"))
    last = runs / "stage2" / checkpoint.CHECKPOINT
    tensors, about = checkpoint.load(last)
    begun = {key: about[key] for key in registry.Run.model_fields}
    begun |= {"seen": 5, "photos": {"licences": {"club-only": 7}}}
    checkpoint.save(last, tensors, about | {"before": [begun]})
    registry.export("tuned", {stage: runs / stage for stage in registry.STAGES}, tmp_path / "m")
    model = registry.describe(tmp_path / "m")
    assert [run.seen for run in model.training["stage2"].runs] == [5, 16]
    licences = [photos["licences"] for photos in model.photos]
    assert licences == [{"CC0": 10}, {"club-only": 7}, {"CC0": 10}]


@pytest.mark.parametrize("stage", registry.STAGES)
def test_a_missing_stage_is_named(model: Path, stage: str) -> None:
    (model / f"{stage}.safetensors").unlink()
    with pytest.raises(ModelError, match=rf"{stage}\.safetensors is missing"):
        registry.open_model(model)


@pytest.mark.parametrize("stage", registry.STAGES)
def test_a_file_with_one_changed_byte_is_refused(model: Path, stage: str) -> None:
    path = model / f"{stage}.safetensors"
    blob = bytearray(path.read_bytes())
    blob[-1] ^= 1
    path.write_bytes(blob)
    with pytest.raises(ModelError, match=rf"{stage}\.safetensors is not the file"):
        registry.open_model(model)


def test_a_stage_in_the_place_of_the_other_is_refused(model: Path) -> None:
    shutil.copy(model / "stage2.safetensors", model / "stage1.safetensors")
    with pytest.raises(ModelError, match="not the file that"):
        registry.open_model(model)


def test_widths_that_do_not_fit_the_weights_are_refused(model: Path) -> None:
    described = json.loads((model / "model.json").read_text("utf-8"))
    changed(model, stage1=described["stage1"] | {"features": 32})
    with pytest.raises(ModelError, match="does not fit its configuration"):
        registry.open_model(model)


def test_other_word_vectors_are_refused(model: Path) -> None:
    changed(model, words="0" * 64)
    with pytest.raises(ModelError, match="trained on other word vectors"):
        registry.open_model(model)


def test_another_format_is_refused(model: Path) -> None:
    changed(model, format=2)
    with pytest.raises(ModelError, match="has format 2, this build reads 1"):
        registry.describe(model)


def test_a_model_of_a_later_build_is_not_called_damaged(model: Path) -> None:
    described = json.loads((model / "model.json").read_text("utf-8"))
    later = {"stage2": described["stage2"] | {"sharpness": 0.1}, "made_at": "2027"}
    changed(model, format=2, **later)
    with pytest.raises(ModelError, match="has format 2, this build reads 1"):
        registry.describe(model)
    changed(model, format=1)
    with pytest.raises(ModelError, match=r"of a later build.*: stage2\.sharpness, made_at$"):
        registry.describe(model)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": "x"}', b"\xff\xfe"])
def test_a_damaged_description_is_refused(model: Path, content: bytes) -> None:
    (model / "model.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.json is damaged"):
        registry.describe(model)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model in .*: model\.json is missing"):
        registry.open_model(tmp_path)


def test_a_file_in_the_place_of_a_folder_is_refused(model: Path) -> None:
    with pytest.raises(ModelError):
        registry.open_model(model / "model.json")


def test_a_run_that_is_missing_cannot_be_exported(tiny_model: Path, tmp_path: Path) -> None:
    runs = {"stage1": tiny_model.parent / "runs" / "stage1", "stage2": tmp_path / "nothing"}
    with pytest.raises(ModelError, match=r"last\.safetensors is missing"):
        registry.export("half", runs, tmp_path / "model")
    assert not (tmp_path / "model" / "model.json").exists()


def test_a_model_of_two_models_has_a_stage_of_either(tiny_model: Path, tmp_path: Path) -> None:
    again = registry.export("again", dict.fromkeys(registry.STAGES, tiny_model), tmp_path / "again")
    whole = registry.describe(tiny_model)
    assert again.training == whole.training
    assert (again.stage1, again.stage2) == (whole.stage1, whole.stage2)
    for new, old in zip(
        registry.open_model(tmp_path / "again")[1:],
        registry.open_model(tiny_model)[1:],
        strict=True,
    ):
        kept = old.state_dict()
        assert all(torch.equal(t, kept[name]) for name, t in new.state_dict().items())


def taught(model: Path, folder: Path) -> Path:
    """A model that went on from another: its first bias moved, one run more is said of it."""
    described, first, second = registry.open_model(model)
    assert first.to_rgb.bias is not None
    first.to_rgb.bias.add_(1.0)
    was = described.training["stage1"]
    lesson = was.model_copy(update={"before": was.runs, "seen": 0})
    described = described.model_copy(update={"training": {**described.training, "stage1": lesson}})
    stages = {"stage1": first.state_dict(), "stage2": second.state_dict()}
    registry.save(described, stages, folder)
    return folder


def test_a_model_between_two_is_part_of_the_way_and_says_so(
    tiny_model: Path, tmp_path: Path
) -> None:
    after = taught(tiny_model, tmp_path / "after")
    made = registry.between(tiny_model, after, 0.25, tmp_path / "between")
    biases = [
        registry.open_model(folder)[1].to_rgb.bias
        for folder in (tiny_model, after, tmp_path / "between")
    ]
    old, new, found = (bias for bias in biases if bias is not None)
    assert torch.allclose(found, 0.75 * old + 0.25 * new, atol=2e-3)
    assert made.training["stage1"].config["share"] == 0.25
    assert "share" not in made.training["stage2"].config


def test_what_a_model_was_trained_on_goes_along_into_what_is_made_of_it(
    tiny_model: Path, tmp_path: Path
) -> None:
    """Exported, taken as a stage, and taught on: the runs before say the same."""
    was = registry.describe(tiny_model).training["stage1"].devices
    assert was
    folders = dict.fromkeys(registry.STAGES, tiny_model)
    assert registry.export("again", folders, tmp_path / "again").training["stage1"].devices == was
    after = taught(tiny_model, tmp_path / "after")
    made = registry.between(tiny_model, after, 0.5, tmp_path / "between")
    assert made.training["stage1"].before[0].devices == was


def test_a_model_of_an_earlier_build_is_read_and_written_as_it_was(model: Path) -> None:
    described = json.loads((model / "model.json").read_text("utf-8"))
    for training in described["training"].values():
        del training["devices"]
    changed(model, training=described["training"])
    read = registry.describe(model)
    assert not read.training["stage1"].devices
    assert json.loads(read.model_dump_json()) == described


def test_nothing_lies_between_models_that_are_not_one_after_the_other(
    tiny_model: Path, tmp_path: Path
) -> None:
    after = taught(tiny_model, tmp_path / "after")
    with pytest.raises(ModelError, match="did not begin from"):
        registry.between(after, tiny_model, 0.5, tmp_path / "between")
    assert not (tmp_path / "between").exists()


@pytest.mark.parametrize("take", [registry.open_sketcher, lambda m: registry.averaged(m, "stage1")])
def test_nothing_is_taken_from_a_model_that_was_changed(model: Path, take: Any) -> None:
    path = model / "stage1.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="is not the file that"):
        take(model)


@pytest.mark.parametrize("kind", ["stage2", "dcgan"])
def test_a_run_of_another_kind_cannot_be_exported(
    tiny_model: Path, drawn_photos: Path, tmp_path: Path, kind: str
) -> None:
    trainer = tiny_trainer(tiny_config(kind), drawn_photos, tmp_path / "run")
    trainer.save()
    runs = {"stage1": tmp_path / "run", "stage2": tiny_model.parent / "runs" / "stage2"}
    with pytest.raises(ModelError, match="not one of each stage"):
        registry.export("mixed", runs, tmp_path / "model")


@pytest.mark.parametrize("runs", [("stage2", "stage1"), ("stage1", "nothing"), ("model", "stage2")])
def test_an_export_that_fails_leaves_the_model_that_was_there(
    model: Path, tiny_model: Path, runs: tuple[str, str]
) -> None:
    places = [tiny_model.parent / "runs" / run for run in runs]
    if runs[0] == "model":  # a file of this project that is no run
        places[0] = tiny_model / "stage1.safetensors"
    (model / "stage1.safetensors").write_bytes(b"another model's weights")
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    with pytest.raises(ModelError):
        registry.export("other", dict(zip(registry.STAGES, places, strict=True)), model)
    assert {path.name: path.read_bytes() for path in model.iterdir()} == before


@pytest.mark.parametrize("file", ["stage1.safetensors", "stage2.safetensors", "model.json"])
@pytest.mark.parametrize("what", [OSError("no space left"), KeyboardInterrupt()], ids=repr)
def test_an_export_that_is_cut_short_leaves_the_model_that_was_there(
    model: Path,
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    what: BaseException,
) -> None:
    written = whole.whole

    @contextmanager
    def cut(path: Path, **kinds: bool) -> Iterator[Path]:
        with written(path, **kinds) as partial:
            yield partial
            if path.name == file:
                raise what

    for module in (checkpoint, whole):
        monkeypatch.setattr(module, "whole", cut)
    runs = {stage: tiny_model.parent / "runs" / stage for stage in registry.STAGES}
    for stage in registry.STAGES:
        (model / f"{stage}.safetensors").write_bytes(b"another model's weights")
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    with pytest.raises(type(what)):
        registry.export("other", runs, model)
    assert {path.name: path.read_bytes() for path in model.iterdir()} == before


def test_only_styles_that_no_run_has_seen_count_as_left_out() -> None:
    """What one stage, or an earlier run, was trained on is no photo that the model never saw."""

    def training(*styles: str, before: tuple[registry.Run, ...] = ()) -> registry.Training:
        config = {"exclude_styles": list(styles)}
        return registry.Training(seen=1, photos={}, config=config, before=before)

    earlier = registry.Run(seen=1, photos={}, config={"exclude_styles": ["drawn", "menu", "web"]})
    first = training("drawn", "menu", before=(earlier,))
    assert registry.left_out([first]) == {"drawn", "menu"}
    assert registry.left_out([first, training("menu", "web")]) == {"menu"}
