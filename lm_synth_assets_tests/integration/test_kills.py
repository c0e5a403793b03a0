"""What killed and interrupted runs leave in files is described truly by `validate`, and mended by a rerun."""

import shutil
import signal
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets_tests.support.commands import REPORT, TINY, WITH_ALL, Call, files
from lm_synth_assets_tests.support.disturbed_runs import Place, Process, disturb_often

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for one process"),
]


def tables_in(folder: Path) -> dict[str, bytes]:
    return {name: content for name, content in files(folder).items() if name.removesuffix(".csv") in TABLES}


@pytest.mark.usefixtures("few_pictures")
def test_what_a_stopped_run_leaves_is_described_truly_and_mended(
    call: Call, tiny: Path, seed_7: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "out"))
    sets = [tables_in(seed_7), tables_in(tiny)]

    def stop(process: Process, how: signal.Signals) -> None:
        process.send_signal(how)
        process.wait()
        # Nobody finds a page that speaks of a whole data set beside tables that are none.
        assert tables_in(folder) in sets or not (folder / REPORT).exists()

    place = Place(
        location=("--in", folder),
        commands=[
            ("generate", "--config", TINY, "--seed", seed, "--out", folder, *WITH_ALL) for seed in (7, 42)
        ],
        sets=sets,
        content=lambda: tables_in(folder),
    )
    accidents = {"kill -9": partial(stop, how=signal.SIGKILL), "Ctrl-C": partial(stop, how=signal.SIGINT)}
    disturb_often(place, call, np.random.default_rng(9), accidents)
