"""What a configuration may say, and how a wrong one is refused."""

from pathlib import Path

import pytest

from foodgan.contract.limits import SEED_MAX
from foodgan.step.config import FOLDER, ConfigError, load_config
from foodgan.step.objectives import build_objective
from foodgan.text.ngrams import BUCKETS
from foodgan.text.vectors import DIMENSIONS
from tests.generator_fixtures import tiny_config, tiny_trainer, write_toml

SHIPPED = sorted(path.stem for path in FOLDER.glob("*.toml"))


def written(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_configuration_builds_its_networks(name: str) -> None:
    config = load_config(name)
    objective = build_objective(config, DIMENSIONS, BUCKETS)
    assert sum(p.numel() for p in objective.generator.parameters()) > 100_000
    assert sum(p.numel() for p in objective.discriminator.parameters()) > 100_000


@pytest.mark.parametrize("name", [name for name in SHIPPED if name.startswith("stage")])
def test_every_shipped_stage_keeps_snapshots_to_choose_from(name: str) -> None:
    config = load_config(name)
    assert config.snapshot_every
    assert 10 <= config.pictures // config.snapshot_every <= 20


def test_a_file_says_what_was_written_and_changes_override_it(tmp_path: Path) -> None:
    config = tiny_config("stage1", seed=5)
    path = str(write_toml(config, tmp_path / "tiny.toml"))
    assert load_config(path) == config
    assert load_config(path, pictures=99).pictures == 99


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('kind = "stage1"\nlearning_rate = 1', "learning_rate"),
        ('kind = "stage3"', "kind"),
        ('kind = "stage1"\nloss = "wasserstein"', "loss"),
        ('kind = "stage1"\naugment = ["colour"]', "augment"),
        ('kind = "stage1"\nbatch = 1', "batch"),
        ('kind = "stage1"\nlr_g = -1', "lr_g"),
        ('kind = "stage1"\nsize = 128', "crops of 128 pixels"),
        ('kind = "stage1"\nseed = 99999999999999', "seed"),
        ('kind = "stage1"\nsize = 96\nphoto_size = 96', "stage1 paints 64 pixels, not 96"),
        ('kind = "dcgan"\nsize = 72', "dcgan paints 64 pixels, not 72"),
        ('kind = "stage1"\nsketched = 0.5', "only stage2 learns from sketches"),
        ('kind = "stage2"\nsize = 100\nphoto_size = 100', "size 100 is no multiple of 8"),
        (
            'kind = "stage2"\nsize = 264\nphoto_size = 264\nsketched = 0.5',
            "size 264 is more than sketches of 64 pixels make",
        ),
        (
            'kind = "stage2"\nsize = 136\nphoto_size = 136\nfrozen_features = 8',
            "a multiple of 32: 136 pixels are none",
        ),
        ("batch = 4", "kind"),
        ("kind = ", "mine.toml"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        load_config(written(tmp_path, text))


def test_all_that_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    path = written(tmp_path, 'kind = "stage1"\n[model]\nwidths = 3')
    with pytest.raises(ConfigError) as told:
        load_config(path, pictures=0, batch=1)
    least = "greater than 0", "greater than or equal to 2"
    assert str(told.value) == (
        f"mine.toml: pictures: Input should be {least[0]}; batch: Input should be {least[1]}"
    )
    with pytest.raises(ConfigError) as told:
        build_objective(load_config(path), DIMENSIONS, BUCKETS)
    assert str(told.value) == "[model] of stage1: widths: Extra inputs are not permitted"


@pytest.mark.parametrize("kind", ["stage1", "stage2", "dcgan", "published"])
def test_an_unknown_width_is_named(tmp_path: Path, kind: str) -> None:
    config = load_config(written(tmp_path, f'kind = "{kind}"\n[model]\nwidths = 3'))
    with pytest.raises(ConfigError, match="widths"):
        build_objective(config, DIMENSIONS, BUCKETS)


@pytest.mark.parametrize("widths", ["generator = [16, 8]", "discriminator = [8]"])
def test_widths_that_do_not_lead_to_sixty_four_pixels_are_named(
    tmp_path: Path, widths: str
) -> None:
    config = load_config(written(tmp_path, f'kind = "stage1"\n[model]\n{widths}'))
    with pytest.raises(ConfigError, match=widths.split()[0]):
        build_objective(config, DIMENSIONS, BUCKETS)


def test_the_largest_seed_draws_batches(drawn_photos: Path, tmp_path: Path) -> None:
    for seed in (SEED_MAX, -SEED_MAX):
        tiny_trainer(tiny_config("dcgan", seed=seed), drawn_photos, tmp_path).draw()


def test_a_name_that_is_not_shipped_lists_those_that_are() -> None:
    with pytest.raises(ConfigError, match=r"no configuration stage9.*dcgan, kondate, published"):
        load_config("stage9")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"mine\.toml"):
        load_config(str(tmp_path / "mine.toml"))
