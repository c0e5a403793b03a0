"""The settings of a deployment: what each variable sets, and what is said of one that is wrong."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.orchestration.settings import Settings, read_settings
from lm_synth_assets.region.files import CONFIG_FOLDER, DEFAULT_CONFIG


def test_without_variables_csv_files_go_to_out_beside_the_configurations() -> None:
    assert read_settings({}) == Settings(
        storage="csv", out=CONFIG_FOLDER.parent / "out", config=DEFAULT_CONFIG, executor="in_process"
    )


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("LM_SYNTH_STORAGE", "parquet", "parquet"),
        ("LM_SYNTH_OUT", "/data/lm", Path("/data/lm")),
        ("LM_SYNTH_MYSQL_URL", "mysql://me@here/lm", SecretStr("mysql://me@here/lm")),
        ("LM_SYNTH_DELTA_URL", "s3://lake/lm", "s3://lake/lm"),
        ("LM_SYNTH_MYSQL_PASSWORD", "open", SecretStr("open")),
        ("LM_SYNTH_MYSQL_PASSWORD_FILE", "/run/secrets/lm", Path("/run/secrets/lm")),
        ("LM_SYNTH_CONFIG", "my.yaml", Path("my.yaml")),
        ("LM_SYNTH_EXECUTOR", "multiprocess", "multiprocess"),
        ("LM_SYNTH_SCHEDULE", "30 2 * * *", "30 2 * * *"),
        ("LM_SYNTH_TIMEZONE", "Europe/Vienna", "Europe/Vienna"),
        ("LM_SYNTH_SCHEDULE_SEED", "fresh", "fresh"),
        ("LM_SYNTH_GIT_URL", "https://github.com/us/lm-synth", "https://github.com/us/lm-synth"),
        ("LM_SYNTH_GIT_BRANCH", "release", "release"),
        ("LM_SYNTH_NOTIFY_WEBHOOK", "https://hooks/1", SecretStr("https://hooks/1")),
        ("LM_SYNTH_NOTIFY_EMAIL_TO", "a@here,b@here", "a@here,b@here"),
        ("LM_SYNTH_NOTIFY_EMAIL_FROM", "lm@here", "lm@here"),
        ("LM_SYNTH_NOTIFY_SMTP_HOST", "mail.here", "mail.here"),
        ("LM_SYNTH_NOTIFY_SMTP_PASSWORD", "open", SecretStr("open")),
        ("LM_SYNTH_NOTIFY_SMTP_SECURITY", "STARTTLS", "STARTTLS"),
    ],
)
def test_each_variable_sets_one_field(variable: str, value: str, expected: Any) -> None:
    field = variable.removeprefix("LM_SYNTH_").lower()
    assert read_settings({variable: value}) == Settings().model_copy(update={field: expected})


def test_every_field_has_its_variable_tested() -> None:
    assert Settings.model_fields.keys() == {
        "storage",
        "partition_by",
        "out",
        "mysql_url",
        "delta_url",
        "mysql_password",
        "mysql_password_file",
        "config",
        "executor",
        "schedule",
        "timezone",
        "schedule_seed",
        "git_url",
        "git_branch",
        "notify_webhook",
        "notify_email_to",
        "notify_email_from",
        "notify_smtp_host",
        "notify_smtp_password",
        "notify_smtp_security",
    }


class TestPartitions:
    @pytest.mark.parametrize(
        ("value", "keys"),
        [("year", ("year",)), ("year,site", ("year", "site")), (" site, year ", ("site", "year"))],
    )
    def test_are_named_with_commas_between(self, value: str, keys: tuple[str, ...]) -> None:
        settings = read_settings({"LM_SYNTH_STORAGE": "parquet", "LM_SYNTH_PARTITION_BY": value})
        assert settings.partition_by == keys

    @pytest.mark.parametrize(("storage", "value"), [("csv", "year"), ("mysql", "site"), ("parquet", "month")])
    def test_are_refused_where_the_format_has_none_of_the_kind(self, storage: str, value: str) -> None:
        with pytest.raises(
            ConfigError, match=f"LM_SYNTH_PARTITION_BY: does not go with LM_SYNTH_STORAGE={storage}: "
        ):
            read_settings({"LM_SYNTH_STORAGE": storage, "LM_SYNTH_PARTITION_BY": value})


UNKNOWN_FORMAT = (
    "environment: LM_SYNTH_STORAGE: must be 'csv', 'parquet', 'delta', 'duckdb' or 'mysql'; found 'xlsx'"
)


class TestLocation:
    def test_is_the_folder_of_files(self) -> None:
        assert Settings(storage="parquet", out=Path("/data/lm")).location == "/data/lm"

    def test_of_delta_is_the_object_store_where_one_is_named(self) -> None:
        assert Settings(storage="delta", out=Path("/data/lm")).location == "/data/lm"
        url = "abfss://ws@onelake.dfs.fabric.microsoft.com/lh.Lakehouse"
        assert Settings(storage="delta", delta_url=url).location == url
        assert Settings(storage="csv", delta_url=url, out=Path("/data/lm")).location == "/data/lm"

    def test_of_two_settings_may_be_the_same(self) -> None:
        here, there = (Settings(storage="delta", delta_url=f"s3://{name}/lm") for name in "ab")
        assert here.same_tables(here)
        assert not here.same_tables(there)
        assert not here.same_tables(Settings(storage="delta", out=Path("/data/lm")))
        assert Settings(out=Path("a")).same_tables(Settings(out=Path("a/../a")))

    def test_is_the_database_without_its_password(self) -> None:
        settings = read_settings(
            {"LM_SYNTH_STORAGE": "mysql", "LM_SYNTH_MYSQL_URL": "mysql://me:open@here/lm"}
        )
        assert settings.location == "mysql://me@here:3306/lm?ssl-mode=REQUIRED"

    def test_needs_a_database_to_be_named(self) -> None:
        with pytest.raises(ConfigError) as caught:
            Settings(storage="mysql").location  # noqa: B018
        assert str(caught.value) == (
            "environment: LM_SYNTH_MYSQL_URL: must be set where tables are kept in MySQL, as in "
            "mysql://lm_app@127.0.0.1:3306/lm_synth"
        )


def test_other_variables_are_left_alone() -> None:
    assert read_settings({"OUT": "a", "PATH": "b", "LM_SYNTHESIS": "c", "LM_SYNTH_TEST_X": "d"}) == Settings()


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        (
            {"LM_SYNTH_STORAGE": "xlsx"},
            [UNKNOWN_FORMAT],
        ),
        (
            {"LM_SYNTH_DELTA_URL": "mysql://here/lm"},
            [
                "environment: LM_SYNTH_DELTA_URL: must be the URL of an object store, with one of abfss://, "
                "abfs://, az://, s3://, s3a://; found 'mysql://here/lm'"
            ],
        ),
        (
            {"LM_SYNTH_EXECUTOR": "threads"},
            ["environment: LM_SYNTH_EXECUTOR: must be 'in_process' or 'multiprocess'; found 'threads'"],
        ),
        (
            {"LM_SYNTH_OTU": "out", "LM_SYNTH_STORAGE": "xlsx"},
            [
                "environment: LM_SYNTH_OTU: unknown variable; did you mean LM_SYNTH_OUT?",
                UNKNOWN_FORMAT,
            ],
        ),
        (
            {"LM_SYNTH_SCHEDULE": "every day"},
            [
                "environment: LM_SYNTH_SCHEDULE: must be five fields of cron, such as '0 5 * * 1'; "
                "found 'every day'"
            ],
        ),
        (
            {"LM_SYNTH_TIMEZONE": "Vancouver"},
            [
                "environment: LM_SYNTH_TIMEZONE: must be a time zone, such as 'America/Vancouver'; "
                "found 'Vancouver'"
            ],
        ),
    ],
)
def test_a_wrong_variable_is_named_with_what_is_allowed(
    variables: dict[str, str], problems: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(variables)
    assert str(caught.value).splitlines() == problems


def test_all_wrong_variables_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings({"LM_SYNTH_STORAGE": "x", "LM_SYNTH_EXECUTOR": "y", "LM_SYNTH_CONFG": "1"})
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("field", ["out", "config", "mysql_password_file"])
def test_a_path_may_begin_with_the_home_folder(
    field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = read_settings({f"LM_SYNTH_{field}".upper(): "~/lm"})
    assert getattr(settings, field) == tmp_path / "lm"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_an_empty_variable_is_not_set(field: str) -> None:
    assert read_settings({f"LM_SYNTH_{field}".upper(): ""}) == Settings()


def test_variables_of_a_deployment_are_passed_over() -> None:
    assert read_settings({"LM_SYNTH_REGION_OFFICE": "north"}) == Settings()


def test_the_example_of_compose_breaks_nothing() -> None:
    lines = (CONFIG_FOLDER.parent / ".env.example").read_text("utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert {"LM_SYNTH_CONFIG_FILE", "LM_SYNTH_MYSQL_OWNER_URL"} <= example.keys()
    assert read_settings(example).storage == "csv"


class TestMail:
    COMPLETE: ClassVar = {
        "LM_SYNTH_NOTIFY_EMAIL_TO": "a@here, b@here",
        "LM_SYNTH_NOTIFY_EMAIL_FROM": "lm@here",
        "LM_SYNTH_NOTIFY_SMTP_HOST": "mail.here",
        "LM_SYNTH_NOTIFY_SMTP_PASSWORD": "open",
    }

    def test_is_none_without_recipients(self) -> None:
        assert read_settings({}).mail() is None

    def test_has_every_recipient(self) -> None:
        mail = read_settings(self.COMPLETE).mail()
        assert mail is not None
        assert mail.recipients == ["a@here", "b@here"]
        assert "open" not in repr(mail)

    def test_names_what_is_missing(self) -> None:
        with pytest.raises(ConfigError) as caught:
            read_settings({"LM_SYNTH_NOTIFY_EMAIL_TO": "a@here"}).mail()
        assert str(caught.value) == (
            "environment: LM_SYNTH_NOTIFY_EMAIL_FROM, LM_SYNTH_NOTIFY_SMTP_HOST, "
            "LM_SYNTH_NOTIFY_SMTP_PASSWORD: must be set where LM_SYNTH_NOTIFY_EMAIL_TO is"
        )
