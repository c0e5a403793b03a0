"""What the files of the container stack and of the VM promise, as far as that needs no Docker and no VM."""

import os
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import make_url

import lm_synth_assets
from lm_synth_assets.storage.mysql.address import without_password
from lm_synth_assets_tests.support.commands import (
    ROOT,
    SCRIPTS,
    Ran,
    run,
)

COMPOSE = ROOT / "deploy" / "compose"
BOOTSTRAP = ROOT / "deploy" / "gcp" / "bootstrap.sh"
STACK: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")

ONE_SHOT = {"lm-schema", "dagster-schema"}
OWN = set(SERVICES) - {"mysql"}
APP_GRANT = "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON"

NASTY = """it's "a" \\back\\\\ $HOME `id` %20 #;-- @:/?& + end\\"""


def instructions(name: str) -> list[str]:
    """The arguments of each instruction of that name in the Dockerfile."""
    return re.findall(rf"^{name}\s+(.*)$", DOCKERFILE, re.MULTILINE)


def defaults(text: str) -> dict[str, str]:
    """The variables that a compose file asks for, with what they are when they are not set."""
    return dict(re.findall(r"\$\{(\w+):-([^}]*)\}", text))


def settled(value: str) -> str:
    """A value of a compose file, on a machine where no variable is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


# The stack


def test_every_image_is_a_release_by_its_full_number() -> None:
    assert re.fullmatch(r"mysql:8\.4\.\d+", SERVICES["mysql"]["image"])
    outside = [image for image in instructions("FROM") if not image.startswith("base")]
    assert all(re.match(r"python:3\.12\.\d+-slim-bookworm ", image) for image in outside)


def test_the_own_image_has_the_number_of_the_package_and_never_comes_from_a_registry() -> None:
    for name in OWN:
        assert SERVICES[name]["image"] == f"lm-synth:{lm_synth_assets.__version__}"
        assert SERVICES[name]["pull_policy"] == "build"


def test_ports_are_open_on_this_machine_only() -> None:
    published = [settled(port) for service in SERVICES.values() for port in service.get("ports", [])]
    assert sorted(published) == ["127.0.0.1:3000:3000", "127.0.0.1:3306:3306"]


def test_what_keeps_running_is_restarted_and_has_a_health_check() -> None:
    for name in set(SERVICES) - ONE_SHOT:
        assert SERVICES[name]["restart"] == "unless-stopped"
        assert SERVICES[name]["healthcheck"]["test"]
    for name in ONE_SHOT:
        assert SERVICES[name]["restart"] == "no"
        assert SERVICES[name]["healthcheck"] == {"disable": True}


def test_mysql_is_healthy_once_the_application_can_log_in_over_tcp_and_tls() -> None:
    command = SERVICES["mysql"]["healthcheck"]["test"][1]
    for part in ("--protocol=TCP", "--ssl-mode=REQUIRED", "--user=lm_app", "lm_synth"):
        assert part in command


@pytest.mark.parametrize(
    ("service", "waits_for"),
    [
        ("mysql", {}),
        ("lm-schema", {"mysql": "service_healthy"}),
        ("dagster-schema", {"mysql": "service_healthy"}),
        (
            "code-location",
            dict.fromkeys(("lm-schema", "dagster-schema"), "service_completed_successfully"),
        ),
        ("webserver", {"code-location": "service_healthy"}),
        ("daemon", {"code-location": "service_healthy"}),
    ],
)
def test_services_start_in_order(service: str, waits_for: dict[str, str]) -> None:
    needs = SERVICES[service].get("depends_on", {})
    assert {name: need["condition"] for name, need in needs.items()} == waits_for


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_passwords_are_files_that_the_service_is_given(service: str) -> None:
    given = set(SERVICES[service]["secrets"])
    for name, value in SERVICES[service].get("environment", {}).items():
        if "PASSWORD" in name:
            assert name.endswith("_FILE")
            assert Path(value).parent == Path("/run/secrets")
            assert Path(value).name in given
        if name.endswith("_URL"):
            url = settled(value)
            assert without_password(url) == url
            assert make_url(url).password is None


def test_each_password_is_seen_only_by_who_needs_it() -> None:
    seen = {
        secret: {name for name, service in SERVICES.items() if secret in service["secrets"]} - {"mysql"}
        for secret in STACK["secrets"]
    }
    assert seen == {
        "mysql_root_password": set(),
        "lm_owner_password": {"lm-schema"},
        "lm_app_password": {"code-location"},
        "dagster_password": {"dagster-schema", "code-location", "webserver", "daemon"},
    }


def test_secrets_and_settings_of_a_machine_stay_out_of_git_and_of_the_image() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    assert {".env", "secrets/"} <= set(ignored)
    allowed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in allowed
    copied = {
        source
        for copy in instructions("COPY")
        if "--from=" not in copy
        for source in copy.split()[:-1]
        if not source.startswith("--")
    }
    assert {line[1:] for line in allowed if line.startswith("!")} == copied


def test_the_example_shows_every_variable_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    shown = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert shown == defaults((ROOT / "docker-compose.yml").read_text("utf-8"))


def test_data_is_kept_in_named_volumes_and_every_mounted_file_is_there() -> None:
    mounts = [mount.split(":") for service in SERVICES.values() for mount in service.get("volumes", [])]
    named = {source for source, *_ in mounts if not source.startswith("./")}
    assert named == set(STACK["volumes"]) == {"mysql_data", "dagster_home"}
    assert SERVICES["mysql"]["volumes"][0] == "mysql_data:/var/lib/mysql"
    for source, _, *mode in mounts:
        if source.startswith("./"):
            assert (ROOT / source).exists()
            assert mode == ["ro"]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_container_has_rights_that_it_does_not_need(service: str) -> None:
    assert SERVICES[service]["cap_drop"] == ["ALL"]
    assert SERVICES[service]["security_opt"] == ["no-new-privileges:true"]
    assert SERVICES[service].get("read_only") or SERVICES[service]["user"] == "mysql"


# The image


def test_the_image_runs_as_a_user_without_rights_and_of_a_fixed_id() -> None:
    assert instructions("USER") == ["10001:10001"]
    last_stage = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert "useradd --uid 10001" in last_stage
    assert "\nUSER 10001:10001\n" in last_stage
    assert "\nHEALTHCHECK " in last_stage


def test_packages_are_wheels_known_by_their_hashes() -> None:
    (from_lock,) = [line for line in instructions("RUN") if "requirements" in line]
    assert "--require-hashes --only-binary :all: -r requirements-deploy.lock" in from_lock
    (own,) = [line for line in instructions("RUN") if " . " in line]
    assert "--no-deps --no-build-isolation" in own
    assert "apt-get" not in DOCKERFILE


def test_the_lock_file_has_what_the_image_needs() -> None:
    lock = (ROOT / "requirements-deploy.lock").read_text("utf-8")
    for package in ("connectorx", "dagster", "dagster-mysql", "dagster-webserver", "hatchling"):
        assert re.search(rf"^{package}==\S+ \\\n    --hash=sha256:", lock, re.MULTILINE), package


# Dagster in it


def test_one_run_at_a_time_and_no_telemetry() -> None:
    instance = yaml.safe_load((COMPOSE / "dagster.yaml").read_text("utf-8"))
    assert instance["concurrency"]["runs"]["max_concurrent_runs"] == 1
    assert instance["telemetry"] == {"enabled": False}
    assert instance["storage"] == {"mysql": {"mysql_url": {"env": "DAGSTER_MYSQL_URL"}}}


def test_the_workspace_is_the_service_that_serves_the_assets() -> None:
    (location,) = yaml.safe_load((COMPOSE / "workspace.yaml").read_text("utf-8"))["load_from"]
    server = location["grpc_server"]
    command = SERVICES[server["host"]]["command"]
    assert command[command.index("--port") + 1] == str(server["port"])
    assert command[command.index("--module-name") + 1] == "lm_synth_assets"


# Scripts

SHELL_SCRIPTS = sorted([*COMPOSE.glob("*.sh"), BOOTSTRAP])
by_name = pytest.mark.parametrize("script", SHELL_SCRIPTS, ids=lambda path: path.name)


@by_name
def test_a_script_can_be_run(script: Path) -> None:
    assert script.stat().st_mode & stat.S_IXUSR
    assert run("bash", "-n", script) == Ran(0, "", "")


@by_name
@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing_in_a_script(script: Path) -> None:
    assert run("shellcheck", script) == Ran(0, "", "")


@pytest.mark.parametrize("password", ["plain", NASTY, f"{NASTY}\n"])
def test_dagster_gets_the_password_as_it_is_in_the_file(tmp_path: Path, password: str) -> None:
    (tmp_path / "password").write_text(password, encoding="utf-8")
    ran = run(
        COMPOSE / "entrypoint.sh",
        *("sh", "-c", 'printf %s "$DAGSTER_MYSQL_URL"'),
        variables={
            "PATH": f"{SCRIPTS}:{os.environ['PATH']}",
            "DAGSTER_MYSQL_ADDRESS": "dagster@mysql:3306/dagster",
            "DAGSTER_MYSQL_PASSWORD_FILE": str(tmp_path / "password"),
        },
    )
    assert ran.code == 0, ran.err
    url = make_url(ran.out)
    assert (url.username, url.password, url.host) == ("dagster", password.rstrip("\n"), "mysql")


def test_a_command_that_has_no_dagster_storage_is_run_as_it_is() -> None:
    assert run(COMPOSE / "entrypoint.sh", "echo", "a  b") == Ran(0, "a  b\n", "")


def test_passwords_are_made_once_for_their_owner_alone_and_never_shown(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    first = run(COMPOSE / "make-secrets.sh", folder)
    made = {file.name: file.read_text("utf-8").strip() for file in folder.iterdir()}
    assert first.code == 0
    assert set(made) == set(STACK["secrets"])
    assert len(set(made.values())) == len(made)
    assert all(re.fullmatch(r"[\w-]{32}", password) for password in made.values())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not any(password in first.out + first.err for password in made.values())

    (folder / "lm_app_password").chmod(0o600)
    second = run(COMPOSE / "make-secrets.sh", folder)
    assert second.out.count("kept") == len(made)
    assert {file.name: file.read_text("utf-8").strip() for file in folder.iterdir()} == made


def recorder(folder: Path, name: str) -> None:
    """A command that only writes down how it was called and, for mysql, what it was told."""
    folder.mkdir(exist_ok=True)
    stub = folder / name
    stub.write_text(f'#!/bin/sh\necho "{name} $*" >> "$RECORD"\n[ {name} != mysql ] || cat >> "$RECORD"\n')
    stub.chmod(0o755)


@pytest.fixture
def make_accounts(tmp_path: Path) -> Callable[..., tuple[Ran, str]]:
    """Runs mysql-accounts.sh with some secrets: what it says, and what it tells MySQL."""
    recorder(tmp_path / "bin", "mysql")

    def make(**passwords: str) -> tuple[Ran, str]:
        record = tmp_path / "record"
        record.write_text("")
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        names = {name.removesuffix("_password") for name in STACK["secrets"]}
        for name, password in (dict.fromkeys(names, "plain") | passwords).items():
            (secrets / f"{name}_password").write_text(password)
        ran = run(
            COMPOSE / "mysql-accounts.sh",
            variables={
                "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
                "SECRETS": str(secrets),
                "RECORD": str(record),
            },
        )
        return ran, record.read_text()

    return make


def test_accounts_get_no_more_than_they_need_and_need_tls(
    make_accounts: Callable[..., tuple[Ran, str]],
) -> None:
    ran, told = make_accounts()
    assert ran == Ran(0, "", "")
    assert re.findall(r"^GRANT (.*) ON (\S+) TO (\S+);$", told, re.MULTILINE) == [
        ("CREATE, INDEX, REFERENCES", r"`lm\_synth`.*", "lm_owner@'%'"),
        ("SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES", r"`lm\_synth`.*", "lm_app@'%'"),
        (
            "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES",
            "dagster.*",
            "dagster@'%'",
        ),
    ]
    assert "REQUIRE SSL" in told
    assert told.count("caching_sha2_password") == 3


def test_a_password_with_quotes_and_backslashes_is_one_literal_and_no_argument(
    make_accounts: Callable[..., tuple[Ran, str]],
) -> None:
    _, told = make_accounts(lm_app=NASTY)
    arguments, sql = told.split("\n", 1)
    literal = "'" + NASTY.replace("\\", "\\\\").replace("'", "''") + "'"
    assert f"lm_app@'%' IDENTIFIED WITH caching_sha2_password BY {literal},\n" in sql
    assert "plain" not in arguments


def test_without_a_password_no_account_is_made(make_accounts: Callable[..., tuple[Ran, str]]) -> None:
    ran, told = make_accounts(dagster="")
    assert ran.code == 1
    assert "dagster_password: no password in it" in ran.err
    assert told == ""


# The VM


@pytest.fixture
def bootstrap(tmp_path: Path) -> Callable[..., Ran]:
    """Runs bootstrap.sh on what it takes for Ubuntu 22.04; what could change the machine is only recorded."""
    (tmp_path / "os-release").write_text('ID=ubuntu\nVERSION_ID="22.04"\nPRETTY_NAME="Ubuntu 22.04 LTS"\n')
    for name in (
        "apt-get",
        "systemctl",
        "timedatectl",
        "mysql",
        "gcloud",
        "ufw",
        "install",
        "openssl",
        "chown",
    ):
        recorder(tmp_path / "bin", name)

    def start(*arguments: object) -> Ran:
        return run(
            BOOTSTRAP,
            *arguments,
            variables={
                "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
                "OS_RELEASE": str(tmp_path / "os-release"),
                "RECORD": str(tmp_path / "record"),
            },
        )

    return start


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--cidr is required"),
        (["--cidr"], "--cidr needs a value"),
        (["--cidr", "0.0.0.0/0"], "is the whole internet"),
        (["--cidr", "::/0"], "is the whole internet"),
        (["--cidr", "10.0.0.0/7"], "is wider than /8"),
        (["--cidr", "0.0.0.0/1"], "is wider than /8"),
        (["--cidr", "2001:db8::/32"], "only IPv4 networks"),
        (["--cidr", "203.0.113.0"], "not a network"),
        (["--cidr", "203.0.113/24"], "not a network"),
        (["--cidr", "office"], "not a network"),
        (["--cidr", "203.0.113.0/24;id"], "not a network"),
        (["--cidr", "0203.0.113.0/24"], "not a network"),
        (["--cidr", "203.0.113.256/32"], "256 is more than 255"),
        (["--cidr", "203.0.113.0/33"], "/33 is more than 32 bits"),
        (["--cidr", "203.0.113.77/24"], "the network of that address is 203.0.113.0/24"),
        (["--cidr", "203.0.113.0/24", "--force"], "unknown argument: --force"),
        (["--cidr", "203.0.113.0/24", "--firewall"], "--firewall needs --zone"),
    ],
    ids=lambda value: " ".join(value) or "nothing" if isinstance(value, list) else "",
)
def test_bootstrap_refuses_what_it_must_not_do(
    bootstrap: Callable[..., Ran], arguments: list[str], says: str
) -> None:
    ran = bootstrap("--dry-run", *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("bootstrap.sh: ")
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_bootstrap_refuses_a_system_that_it_does_not_know(
    bootstrap: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "os-release").write_text('ID=fedora\nVERSION_ID=40\nPRETTY_NAME="Fedora 40"\n')
    ran = bootstrap("--cidr", "203.0.113.0/24", "--dry-run")
    assert (ran.code, ran.out) == (1, "")
    assert "Ubuntu 22.04 and Debian 12; here is Fedora 40" in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may do it")
def test_bootstrap_needs_root(bootstrap: Callable[..., Ran]) -> None:
    ran = bootstrap("--cidr", "203.0.113.0/24")
    assert (ran.code, ran.out) == (1, "")
    assert "only root" in ran.err


@pytest.mark.parametrize("cidr", ["203.0.113.0/24", "10.0.0.0/8", "198.51.100.7/32"])
@pytest.mark.parametrize("server", [[], ["--mariadb"]], ids=["MySQL", "MariaDB"])
def test_a_dry_run_shows_everything_and_changes_nothing(
    bootstrap: Callable[..., Ran], tmp_path: Path, cidr: str, server: list[str]
) -> None:
    secret = tmp_path / "password"
    secret.write_text(NASTY)
    secret.chmod(0o600)
    firewall = ("--firewall", "--zone", "somewhere-1a", "--ufw")
    ran = bootstrap("--dry-run", "--cidr", cidr, "--password-file", secret, *server, *firewall)
    assert ran.code == 0, ran.err
    for line in (
        "would run: timedatectl set-timezone America/Vancouver",
        "bind-address = 0.0.0.0",
        "require_secure_transport = ON",
        "local_infile = ON",
        rf"{APP_GRANT} `lm\_synth`.* TO lm_app@'%';",
        "REQUIRE SSL",
        "gcloud compute firewall-rules",
        f"--source-ranges={cidr}",
    ):
        assert line in ran.out
    assert NASTY not in ran.out + ran.err
    assert "mysql_native_password" not in ran.out
    asked = (tmp_path / "record").read_text().splitlines()
    assert asked == [
        "timedatectl show --property=Timezone --value",
        "gcloud compute firewall-rules describe lm-synth-mysql",
    ]


def test_without_leave_the_firewall_command_is_only_printed(bootstrap: Callable[..., Ran]) -> None:
    ran = bootstrap("--dry-run", "--cidr", "203.0.113.0/24")
    assert (
        "    gcloud compute firewall-rules create lm-synth-mysql --network=default --direction=INGRESS "
        "--allow=tcp:3306 --source-ranges=203.0.113.0/24 --target-tags=lm-synth-mysql\n"
    ) in ran.out


def test_a_password_file_that_others_can_read_is_refused(
    bootstrap: Callable[..., Ran], tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text(NASTY)
    secret.chmod(0o644)
    ran = bootstrap("--dry-run", "--cidr", "203.0.113.0/24", "--password-file", secret)
    assert (ran.code, ran.out) == (1, "")
    assert "others can read it" in ran.err


def test_the_vm_and_the_stack_grant_the_application_the_same() -> None:
    scripts = [path.read_text("utf-8") for path in (COMPOSE / "mysql-accounts.sh", BOOTSTRAP)]
    assert all(APP_GRANT in script for script in scripts)
    assert not any("GRANT ALL" in script for script in scripts)
