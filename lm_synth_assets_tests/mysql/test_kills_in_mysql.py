"""What a run leaves in MySQL when it or its server is killed: `validate` says so truly, a rerun mends it."""

import signal
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.mysql.address import PASSWORD_VARIABLE
from lm_synth_assets_tests.support.commands import TINY, WITH_ALL, Call
from lm_synth_assets_tests.support.disturbed_runs import Place, Process, disturb_often
from lm_synth_assets_tests.support.mysql_clients import rows
from lm_synth_assets_tests.support.servers import OwnServer


@pytest.mark.usefixtures("few_pictures")
def test_what_a_killed_run_or_server_leaves_is_described_truly_and_mended(
    mortal: OwnServer, call: Call, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = mortal.address()
    # Where generate puts its page.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PASSWORD_VARIABLE, address.password)
    draw = np.random.default_rng(12)

    def content() -> dict[str, str]:
        assert mortal.orphans(address.database) == {}
        return {
            name: sha256(repr(sorted(map(repr, rows(address, f"SELECT * FROM {name}")))).encode()).hexdigest()
            for name in TABLES
        }

    def kill_client(process: Process) -> None:
        process.kill()

    def kill_server(process: Process) -> None:
        mortal.stop(signal.SIGKILL)
        # As where both are on one machine that loses its power; otherwise the run waits for the server.
        if draw.random() < 0.5:
            process.kill()
        mortal.start()

    at = ("--config", TINY, "--url", address.url)
    commands = [
        # Fewer patients, so that visits and stays go with those that are no longer there.
        ("generate", "--seed", 7, "--patients", 1_200, *WITH_ALL, *at),
        ("load", "--in", tiny, *at),
    ]
    sets = []
    for command in commands:
        ran = call(*command, "--quiet")
        assert ran.code == 0, ran.err
        sets.append(content())
    place = Place(("--url", address.url), commands, sets, content, {PASSWORD_VARIABLE: address.password})
    disturb_often(place, call, draw, {"client killed": kill_client, "server killed": kill_server})
