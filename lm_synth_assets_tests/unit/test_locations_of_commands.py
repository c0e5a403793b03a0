"""What the options --in, --out, --format and --url of a command mean together."""

from pathlib import Path

import click
import pytest

from lm_synth_assets.cli.options import location_of

LAKE = "s3://lake/lm"
DATABASE = "mysql://me@here:3306/lm"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STORAGE", "OUT", "MYSQL_URL", "DELTA_URL"):
        monkeypatch.delenv(f"LM_SYNTH_{name}", raising=False)


@pytest.mark.parametrize(
    ("storage", "folder", "url", "expected"),
    [
        (None, None, None, (None, "out")),
        (None, Path("a"), None, (None, "a")),
        ("delta", Path("a"), None, ("delta", "a")),
        (None, None, LAKE, ("delta", LAKE)),
        ("delta", None, LAKE, ("delta", LAKE)),
        (None, None, DATABASE, ("mysql", f"{DATABASE}?ssl-mode=REQUIRED")),
    ],
)
def test_a_location_is_a_folder_or_what_a_url_names(
    storage: str | None, folder: Path | None, url: str | None, expected: tuple[str | None, str]
) -> None:
    assert location_of(storage, folder, url) == expected


@pytest.mark.parametrize(
    ("storage", "folder", "url", "reason"),
    [
        ("csv", None, LAKE, "--url names an object store, where tables are not kept as --format csv"),
        ("mysql", None, LAKE, "--url names an object store, where tables are not kept as --format mysql"),
        ("delta", None, DATABASE, "--url names a database, where tables are not kept as --format delta"),
        (None, Path("a"), LAKE, "a is a folder, and --url names an object store: choose one"),
        (None, Path("a"), DATABASE, "a is a folder, and --url names a database: choose one"),
        ("mysql", Path("a"), None, "a is a folder, and the tables are in a database: choose one"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    storage: str | None, folder: Path | None, url: str | None, reason: str
) -> None:
    with pytest.raises(click.UsageError, match=reason):
        location_of(storage, folder, url)


class TestWithVariables:
    @pytest.fixture(autouse=True)
    def lake(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LM_SYNTH_STORAGE", "delta")
        monkeypatch.setenv("LM_SYNTH_DELTA_URL", LAKE)

    def test_the_object_store_is_the_default(self) -> None:
        assert location_of(None, None, None) == ("delta", LAKE)
        assert location_of("delta", None, None) == ("delta", LAKE)

    def test_a_folder_that_is_named_comes_first(self) -> None:
        assert location_of(None, Path("a"), None) == (None, "a")
        assert location_of(None, Path("a"), None, writing=True) == ("delta", "a")

    def test_another_format_is_kept_in_a_folder(self) -> None:
        assert location_of("csv", None, None) == ("csv", "out")
