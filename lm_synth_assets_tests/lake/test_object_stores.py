"""Delta tables in object stores: what a folder promises, over a server of S3 and one of Azure's blobs."""

import base64
import hashlib
import hmac
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import read_settings
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.storage.delta.commits import Unreachable
from lm_synth_assets.storage.delta.store import DeltaStore
from lm_synth_assets.storage.digest import digest_of
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.record import Record
from lm_synth_assets_tests.support.commands import TINY, WITH_ALL, Call
from lm_synth_assets_tests.support.frames import valid_frame

pytestmark = pytest.mark.slow

SITES, ED, MANIFEST = (TABLES[name] for name in ("dim_site", "ed_encounters", "dataset_manifest"))

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account of every Azurite, which its documentation publishes."""


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, check_exact=True)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def _running(command: list[str | Path], port: int, folder: Path) -> Iterator[None]:
    """A server, from when it answers on its port."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(list(map(str, command)), cwd=folder, stdout=log, stderr=log)
    try:
        for _ in range(300):
            assert process.poll() is None, (folder / "server.log").read_text()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def s3(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables for a server of S3 that has the bucket `lake`."""
    port = _free_port()
    with _running([tools / "venv/bin/moto_server", "-p", str(port)], port, tmp_path_factory.mktemp("s3")):
        url = f"http://127.0.0.1:{port}"
        urllib.request.urlopen(urllib.request.Request(f"{url}/lake", method="PUT")).close()
        yield {
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "y",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": url,
            "AWS_ALLOW_HTTP": "true",
        }


@pytest.fixture(scope="module")
def azure(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables for a server of Azure's blobs that has the container `lake`."""
    port = _free_port()
    command = [
        *(tools / "node_modules/.bin/azurite-blob", "--silent", "--skipApiVersionCheck"),
        *("--disableTelemetry", "--inMemoryPersistence", "--blobPort", str(port)),
    ]
    with _running(command, port, tmp_path_factory.mktemp("azure")):
        url = f"http://127.0.0.1:{port}"
        _make_container(url)
        yield {
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURITE_BLOB_STORAGE_URL": url,
            "AZURE_ALLOW_HTTP": "true",
        }


def _make_container(url: str) -> None:
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
    signed = "\n".join(f"{name}:{value}" for name, value in headers.items())
    text = f"PUT{chr(10) * 12}{signed}\n/{ACCOUNT}/{ACCOUNT}/lake\nrestype:container"
    signature = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(signature).decode()}"
    headers["Content-Length"] = "0"
    address = f"{url}/{ACCOUNT}/lake?restype=container"
    urllib.request.urlopen(urllib.request.Request(address, method="PUT", headers=headers)).close()


@pytest.fixture(params=["s3", "azure"])
def lake(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a folder of the test's own in an object store, whose credentials are in the environment."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "AZURE_", "LM_SYNTH_")) and not name.startswith("LM_SYNTH_TEST_"):
            monkeypatch.delenv(name)
    for name, value in request.getfixturevalue(request.param).items():
        monkeypatch.setenv(name, value)
    scheme = {"s3": "s3", "azure": "az"}[request.param]
    return f"{scheme}://lake/{request.node.name.partition('[')[0]}/lh.Lakehouse"


def test_what_is_written_is_what_is_read(lake: str) -> None:
    store = DeltaStore(lake)
    assert not store.exists(ED)
    for rows in (3, 2_000, 5):
        written = store.write(ED, valid_frame(ED, rows), made_from="abc")
        same(DeltaStore(lake).read(ED), valid_frame(ED, rows))
    assert written.location == f"{lake}/Tables/ed_encounters"
    assert store.record(ED) == Record(5, digest_of(ED, valid_frame(ED, 5)), "abc")
    assert store.inspect(ED)[1:] == ((), (), True)


def test_claims_are_withdrawn_and_tables_removed(lake: str) -> None:
    store = DeltaStore(lake)
    for table in (SITES, *(TABLES[name] for name in CLAIMS)):
        store.write(table, valid_frame(table, 1))
    assert store.write(SITES, valid_frame(SITES, 2)).withdrawn == CLAIMS
    assert not any(store.exists(TABLES[name]) for name in CLAIMS)
    store.remove(SITES)
    assert (store.exists(SITES), store.record(SITES)) == (False, None)


def test_commands_make_check_and_report_what_is_there(
    lake: str, call: Call, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = ("--config", TINY, "--url", lake)
    made = call("generate", *usual, *WITH_ALL)
    assert made.code == 0, made.err
    assert "not made; `lm-synth report --format delta --to FILE` makes it" in made.out
    for name, table in TABLES.items():
        assert DeltaStore(lake).record(table) == CsvStore(tiny).record(table), name
    assert call("validate", *usual, "--quiet") == (0, "", "")
    assert call("compare", *usual, "--quiet").code in (0, 1)
    refused = call("report", *usual)
    assert (refused.code, refused.out) == (2, "")
    assert "the tables are not in a folder: name a file for the page with --to" in refused.err
    assert call("report", *usual, "--to", tmp_path / "page.html", "--quiet").code == 0
    assert (tmp_path / "page.html").exists()


def test_dagster_keeps_tables_where_the_variables_say(
    lake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LM_SYNTH_STORAGE", "delta")
    monkeypatch.setenv("LM_SYNTH_DELTA_URL", lake)
    monkeypatch.setenv("LM_SYNTH_OUT", str(tmp_path))
    monkeypatch.setenv("LM_SYNTH_CONFIG", str(TINY))
    job = build_defs(read_settings()).resolve_job_def("regenerate_all")
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey("dim_site"), dg.AssetKey("dim_lha")]
        )
    assert result.success
    [site] = [
        event.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey("dim_site")
    ]
    assert site.metadata["dagster/uri"].value == f"{lake}/Tables/dim_site"
    assert DeltaStore(lake).exists(TABLES["dim_lha"])


def test_a_store_that_cannot_be_reached_is_named(lake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AZURITE_BLOB_STORAGE_URL"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{_free_port()}")
    with pytest.raises(Unreachable, match=f"Cannot read from {lake}/Tables/dim_site: ") as caught:
        DeltaStore(lake).exists(SITES)
    assert "\x1b" not in str(caught.value)
    assert KEY not in str(caught.value)
