"""New names by a few photos of each: likened to known ones, heard as they are; no other moves."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from foodgan import registry
from foodgan.cli import app
from foodgan.contract.errors import ModelError, UserError
from foodgan.contract.terminal import told
from foodgan.metrics.nearest import Nearest
from foodgan.painting.painter import Painter, portions
from foodgan.photos.folder import PhotosError
from foodgan.training import hearing
from foodgan.training.new_names import Learned, NothingNew, learn, liken
from tests.metrics.clubs import EACH, LIKE, draw_club
from tests.metrics.drawn import draw_dish

pytestmark = pytest.mark.usefixtures("quick_hearing")


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder a nickname, photos in it."""
    return draw_club(tmp_path_factory.mktemp("club"))


@pytest.fixture(scope="module")
def learned(
    quick_hearing: None, model: Path, club: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Learned, Path]:
    out = tmp_path_factory.mktemp("learned") / "model"
    return learn(model, club, out, out.parent / "cache"), out


def test_a_name_is_likened_to_the_one_whose_photos_look_like_its_own(
    learned: tuple[Learned, Path],
) -> None:
    likened = {each.name: each.like for each in learned[0].likenesses}
    assert likened == LIKE
    assert all(each.photos == EACH for each in learned[0].likenesses)
    for each in learned[0].likenesses:
        shares = [share for _, share in each.known]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1 + 1e-6


def test_no_name_is_likened_to_a_new_one(model: Path) -> None:
    known = Nearest.open(model)
    placed = known.rows[: len(known.rows) // 2]
    [only] = liken(known, {"新しい": placed}, new=["カレー"])
    assert [name for name, _ in only.known] == ["鮭丼"]
    with pytest.raises(ModelError, match="knows no names"):
        liken(known, {"新しい": placed}, new=["カレー", "鮭丼"])


def test_a_name_of_many_photos_is_no_likelier_for_their_number(model: Path) -> None:
    known = Nearest.open(model)
    whose = [known.tables["name"][place] for place in known.columns[:, 0].tolist()]
    one = whose.index("鮭丼")
    rest = [row for row, name in enumerate(whose) if name == "カレー"]
    rows = torch.tensor([one] + rest * 20)
    known.rows, known.columns = known.rows[rows], known.columns[rows]
    [found] = liken(known, {"新しい": known.rows[:1]})
    capped = dict(found.known)
    assert capped["鮭丼"] > 0.01  # one photo against 320, which count as twenty


def test_a_name_that_cannot_be_told_from_known_ones_is_left_out_and_the_others_are_learned(
    model: Path, club: Path, tmp_path: Path
) -> None:
    """All that カレーカレー is made of says カレー, so as 鮭丼 it cannot be heard."""
    photos = Path(shutil.copytree(club, tmp_path / "photos"))
    (photos / "カレーカレー").mkdir()
    draw_dish("鮭丼", 3_003).save(photos / "カレーカレー/1.png")
    done = learn(model, photos, tmp_path / "out", tmp_path / "cache", every=True)
    assert done.unheard == ("カレーカレー",)
    assert {each.name: each.like for each in done.likenesses} == done.model.learned == LIKE
    assert "カレーカレー" not in Nearest.open(tmp_path / "out").tables["name"]
    for new in LIKE:
        shutil.rmtree(photos / new)
    with pytest.raises(NothingNew, match="can be told from the ones") as caught:
        learn(model, photos, tmp_path / "out", tmp_path / "cache", every=True)
    assert caught.value.unheard == ("カレーカレー",)


def test_the_model_that_comes_of_it_paints_and_says_what_it_learned(
    learned: tuple[Learned, Path], model: Path
) -> None:
    done, out = learned
    assert registry.describe(out) == done.model
    assert done.model.learned == LIKE
    for stage in done.model.training.values():
        assert stage.seen == len(LIKE) * EACH
        assert stage.config["loss"] == registry.LIKENESS
    then = registry.describe(model).training
    assert [stage.before[-1].seen for stage in done.model.training.values()] == [
        stage.seen for stage in then.values()
    ]
    was, now = Painter.load(model), Painter.load(out)
    assert was.model_id != now.model_id
    for new, known in LIKE.items():
        target = was.paint_tensor(portions(known, 3, 1))
        far = (was.paint_tensor(portions(new, 3, 1)) - target).abs().mean()
        near = (now.paint_tensor(portions(new, 3, 1)) - target).abs().mean()
        assert near < far


def test_its_index_knows_the_new_photos_for_whoever_asks_whether_a_picture_is_a_copy(
    learned: tuple[Learned, Path], model: Path
) -> None:
    known, before = Nearest.open(learned[1]), Nearest.open(model)
    assert len(known.rows) == len(before.rows) + len(LIKE) * EACH
    shown = draw_dish("カレー", 1_001).resize((256, 256), Image.Resampling.LANCZOS)
    [kin] = known.look([shown])
    assert kin.photos[0].name == "部長スペシャル"
    assert kin.photos[0].distance < 0.05
    assert kin.close


def test_the_same_photos_again_teach_the_same_and_are_not_counted_twice(
    learned: tuple[Learned, Path], club: Path, tmp_path: Path
) -> None:
    again = learn(learned[1], club, tmp_path / "again", tmp_path / "cache")
    assert {each.name: each.like for each in again.likenesses} == LIKE
    assert all(each.photos == EACH for each in again.likenesses)
    assert len(Nearest.open(tmp_path / "again").rows) == len(Nearest.open(learned[1]).rows)


def test_the_same_lesson_again_makes_the_same_model(
    learned: tuple[Learned, Path], model: Path, club: Path, tmp_path: Path
) -> None:
    learn(model, club, tmp_path / "again", tmp_path / "cache")
    assert registry.digest_of(tmp_path / "again") == registry.digest_of(learned[1])


def test_more_photos_of_a_learned_name_join_those_that_it_was_learned_by(
    learned: tuple[Learned, Path], tmp_path: Path
) -> None:
    (tmp_path / "photos/部長スペシャル").mkdir(parents=True)
    draw_dish("カレー", 2_001).save(tmp_path / "photos/部長スペシャル/1.png")
    done = learn(learned[1], tmp_path / "photos", tmp_path / "out", tmp_path / "cache")
    [only] = done.likenesses
    assert only.photos == EACH + 1


def test_a_name_that_the_model_was_trained_on_is_heard_as_ever(
    model: Path, club: Path, tmp_path: Path
) -> None:
    photos = Path(shutil.copytree(club, tmp_path / "photos"))
    (photos / "鮭丼").mkdir()
    draw_dish("カレー", 3_001).save(photos / "鮭丼/1.png")  # whatever it shows
    done = learn(model, photos, tmp_path / "out", tmp_path / "cache")
    assert done.known == ("鮭丼",)
    assert {each.name for each in done.likenesses} == set(LIKE)
    shutil.rmtree(photos / "部長スペシャル")
    shutil.rmtree(photos / "ハルカ飯")
    with pytest.raises(NothingNew, match="no new name to learn") as caught:
        learn(model, photos, tmp_path / "out", tmp_path / "cache", every=True)
    assert caught.value.known == ("鮭丼",)
    assert "--every" not in told(caught.value)  # which was given


def test_a_name_that_is_not_learned_for_its_last_word_is_no_name_that_the_model_heard_before(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos/きつねカレー").mkdir(parents=True)
    draw_dish("カレー", 3_004).save(tmp_path / "photos/きつねカレー/1.png")
    words = ["model", "learn", "--model", str(model), "--photos", str(tmp_path / "photos")]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, NothingNew)
    assert done.exception.known == ("きつねカレー",)
    assert "--every" in told(done.exception)
    monkeypatch.setenv("FOODGAN_LANG", "ja")
    assert "知っている言葉で終わる" in told(done.exception)
    assert "きつね" not in str(done.exception)  # which stands in a trainer's log


def test_a_name_that_ends_in_a_word_it_knows_is_heard_as_ever_unless_every_name_is_asked_for(
    model: Path, club: Path, tmp_path: Path
) -> None:
    """学食カレー is a curry, whatever its one photo looks like."""
    photos = Path(shutil.copytree(club, tmp_path / "photos"))
    (photos / "学食カレー").mkdir()
    draw_dish("鮭丼", 3_002).save(photos / "学食カレー/1.png")
    done = learn(model, photos, tmp_path / "out", tmp_path / "cache")
    assert done.known == ("学食カレー",)
    assert {each.name for each in done.likenesses} == set(LIKE)
    assert "学食カレー" in Nearest.open(tmp_path / "out").tables["name"]
    every = learn(model, photos, tmp_path / "every", tmp_path / "cache", every=True)
    assert {each.name: each.like for each in every.likenesses} == LIKE | {"学食カレー": "鮭丼"}


@pytest.mark.parametrize("every", [False, True])
def test_a_name_of_no_word_that_is_heard_is_not_learned_whatever_else_is(
    model: Path, club: Path, tmp_path: Path, every: bool
) -> None:
    photos = Path(shutil.copytree(club, tmp_path / "photos"))
    (photos / "のの").mkdir()
    draw_dish("カレー", 3_005).save(photos / "のの/1.png")
    done = learn(model, photos, tmp_path / "out", tmp_path / "cache", every=every)
    assert (done.known, done.unheard) == ((), ("のの",))
    assert {each.name for each in done.likenesses} == set(LIKE)


def test_held_out_photos_and_those_without_a_name_teach_nothing(
    model: Path, club: Path, tmp_path: Path
) -> None:
    shutil.copytree(club, tmp_path / "photos/test")
    draw_dish("カレー", 4_001).save(tmp_path / "photos/unnamed.png")
    with pytest.raises(PhotosError, match="no photo with a name to learn"):
        learn(model, tmp_path / "photos", tmp_path / "out", tmp_path / "cache")
    assert not (tmp_path / "out").exists()


def test_a_model_without_an_index_says_what_makes_one(
    tiny_model: Path, club: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="nearest-absent"):
        learn(tiny_model, club, tmp_path / "out", tmp_path / "cache")


def test_the_command_prints_likenesses_and_paints_before_and_after(
    model: Path, club: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (club / "ハルカ飯/broken.png").write_bytes(b"no picture")
    words = ["model", "learn", "--model", str(model), "--photos", str(club), "--out", "out"]
    done = CliRunner().invoke(app, [*words, "--name", "club", "--json"])
    (club / "ハルカ飯/broken.png").unlink()
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["model"].startswith("club·")
    assert {each["name"]: each["known"][0][0] for each in said["names"]} == LIKE
    assert said["unheard"] == []
    for stage in registry.STAGES:
        assert 0 < said["heard"][stage]["off"] < hearing.FAR
    assert (tmp_path / "out/learned.png").stat().st_size > 1_000
    card = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    assert "likeness" in card


def test_the_shipped_model_is_never_written_over(club: Path) -> None:
    words = ["model", "learn", "--photos", str(club), "--out", str(registry.SHIPPED)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert "stays as it is" in done.output


def test_whoever_orders_a_learned_name_is_not_told_that_no_word_of_it_is_known(
    model: Path, tmp_path: Path
) -> None:
    (tmp_path / "photos/ズンドコベロンチョ").mkdir(parents=True)
    draw_dish("カレー", 5_001).save(tmp_path / "photos/ズンドコベロンチョ/1.png")
    assert not Painter.load(model).knows("ズンドコベロンチョ")
    learn(model, tmp_path / "photos", tmp_path / "out", tmp_path / "cache")
    assert Painter.load(tmp_path / "out").knows("特製ズンドコベロンチョ")
