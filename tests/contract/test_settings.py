"""Settings that cannot be are named, and no value of theirs is told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from traceback import format_exception

import pytest
from pydantic import ValidationError

from foodgan.contract.errors import UserError
from foodgan.contract.settings import Settings, read_settings


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:6379/0",
        "redis://:S3cret@127.0.0.1:6379/0",
        "redis://:S3%2Fcret%40@127.0.0.1:6379/0",
        "rediss://:S3cret@192.0.2.10:6380/0?ssl_ca_certs=tls/ca.crt",
        "unix://:S3cret@/run/redis.sock?db=1",
        "redis://[::1]:6379",
    ],
)
def test_an_address_of_redis_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    assert read_settings().redis_url.get_secret_value() == url


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///var/foodgan.sqlite3",
        "sqlite+aiosqlite:////srv/club@home/a:b#1/foodgan.sqlite3",
        "postgresql://club@/foodgan?host=/run/postgresql",
        "postgres://club:S3cret@db.example:5433/foodgan",
        "postgresql+psycopg://club:S3%40cret%2F@[::1]/foodgan?sslmode=require",
    ],
)
def test_an_address_of_a_database_is_taken_as_it_is(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert read_settings().database_url.get_secret_value() == url


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("REDIS_URL", "redis://:S3cret/rest@127.0.0.1:6379/0"),
        ("REDIS_URL", "redis://:S3cret#rest@127.0.0.1:6379/0"),
        ("REDIS_URL", "redis://:S3cret?rest@127.0.0.1:6379/0"),
        ("REDIS_URL", "redis://:12/S3cret@127.0.0.1:6379/0"),
        ("REDIS_URL", "redis://:S3cret@127.0.0.1:port/0"),
        ("REDIS_URL", "S3cret@127.0.0.1:6379"),
        ("DATABASE_URL", "postgresql://club:my@S3cret@db/foodgan"),
        ("DATABASE_URL", "postgresql://club:my@1:S3cret@db.example/foodgan"),
        ("DATABASE_URL", "postgresql://club:my/S3cret@db/foodgan"),
        ("DATABASE_URL", "postgresql://club:12?S3cret@db/foodgan"),
        ("DATABASE_URL", "postgresql://club:S3cret@db:x9/foodgan"),
        ("DATABASE_URL", "club:S3cret@db/foodgan"),
    ],
)
def test_a_password_that_breaks_its_address_is_not_told(
    monkeypatch: pytest.MonkeyPatch, name: str, url: str
) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(ValidationError) as raised:
        Settings()
    assert "S3cret" not in str(raised.value)
    with pytest.raises(UserError) as told:
        read_settings()
    assert told.value.values["name"] == name
    assert "S3cret" not in "".join(format_exception(told.value))
    assert "S3cret" not in str(told.value.values)
    assert "%2F" in str(told.value.values["fault"])


def test_a_number_out_of_range_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETRIES", "99")
    with pytest.raises(UserError) as told:
        read_settings()
    assert told.value.values == {
        "name": "RETRIES",
        "fault": "Input should be less than or equal to 10",
    }


@pytest.mark.parametrize(
    ("name", "unit", "most"),
    [
        ("KEEP_REJECTED_DAYS", "days", 36_500),
        ("KEEP_AUDIT_DAYS", "days", 36_500),
        ("KEEP_ORDERS_DAYS", "days", 36_500),
        ("RELEASE_EVERY_H", "hours", 876_000),
        ("REVIEW_UNDO_S", "seconds", 3_153_600_000),
    ],
)
def test_a_time_whose_end_no_date_can_tell_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, unit: str, most: int
) -> None:
    monkeypatch.setenv(name, str(most))
    assert getattr(read_settings(), name.lower()) == most
    now, longest = datetime.now(UTC), timedelta(**{unit: most})
    assert now - longest < now < now + longest
    monkeypatch.setenv(name, str(most + 1))
    with pytest.raises(UserError) as told:
        read_settings()
    assert (told.value.phrase, told.value.values["name"]) == ("settings-wrong", name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLUB_SERVERS", "電算部"),
        ("CLUB_SERVERS", "1240000000000000100,https://discord.gg/abc"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_what_nobody_could_go_by_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UserError) as told:
        read_settings()
    assert told.value.values["name"] == name
    assert value not in str(told.value.values["fault"])


@pytest.mark.parametrize("listed", ["", "1240000000000000100", " 1240000000000000100 , 2,"])
def test_servers_may_be_listed_as_one_likes(monkeypatch: pytest.MonkeyPatch, listed: str) -> None:
    monkeypatch.setenv("CLUB_SERVERS", listed)
    assert read_settings().club_servers == listed


def test_database_and_photos_lie_in_var_dir_unless_they_have_a_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # where no .env lies
    for name in ("DATABASE_URL", "PHOTO_STORE", "VAR_DIR"):
        monkeypatch.delenv(name, raising=False)
    usual = read_settings()
    assert usual.database_url.get_secret_value() == "sqlite+aiosqlite:///var/foodgan.sqlite3"
    assert usual.photo_store == "var/photos"
    monkeypatch.setenv("VAR_DIR", "/srv/house")
    moved = read_settings()
    assert moved.database_url.get_secret_value() == "sqlite+aiosqlite:////srv/house/foodgan.sqlite3"
    assert moved.photo_store == "/srv/house/photos"
    monkeypatch.setenv("PHOTO_STORE", "s3://bucket/photos")
    assert read_settings().photo_store == "s3://bucket/photos"
