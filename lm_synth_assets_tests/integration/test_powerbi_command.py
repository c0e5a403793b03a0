"""lm-synth powerbi writes a project whose parameters name the data set."""

import json
from pathlib import Path

import pytest

from lm_synth_assets.powerbi.source import NoSource, Source, source_of, windows_path
from lm_synth_assets_tests.conftest import MadeWith
from lm_synth_assets_tests.support.commands import TINY, Call, files
from lm_synth_assets_tests.support.powerbi_project import definition
from lm_synth_assets_tests.support.tmdl_reader import read_model

ADDRESS = "mysql://reader@db.example:3307/region"


def parameters(folder: Path) -> dict[str, str]:
    """The values of the parameters of a project."""
    texts = {path: content.decode() for path, content in files(folder).items()}
    expressions = read_model(definition(texts)).expressions
    return {
        name: item.value.split(" meta ")[0].strip('"')
        for name, item in expressions.items()
        if name != "LoadTable"
    }


def test_the_project_loads_the_folder_in_its_format(call: Call, tiny: Path, tmp_path: Path) -> None:
    ran = call("powerbi", "--in", tiny, "--to", tmp_path / "bi")
    assert ran.code == 0, ran.err
    assert f"Open {tmp_path / 'bi' / 'lm_synth.pbip'} in Power BI Desktop" in ran.out
    assert parameters(tmp_path / "bi") == Source("CSV", str(tiny)).parameters()


def test_a_folder_is_named_by_its_whole_path(
    call: Call, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny.parent)
    ran = call("powerbi", "--in", tiny.name, "--to", tmp_path / "bi", "--json")
    said = json.loads(ran.out)
    assert said["project"] == str(tmp_path / "bi" / "lm_synth.pbip")
    assert said["parameters"]["DataFolder"] == parameters(tmp_path / "bi")["DataFolder"] == str(tiny)


def test_a_database_is_named_by_server_and_database_and_no_password_is_kept(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LM_SYNTH_MYSQL_PASSWORD", "secret-7")
    ran = call("powerbi", "--url", ADDRESS, "--to", tmp_path / "bi")
    assert ran.code == 0, ran.err
    values = parameters(tmp_path / "bi")
    assert (values["SourceKind"], values["MySqlServer"], values["MySqlDatabase"]) == (
        "MySQL",
        "db.example:3307",
        "region",
    )
    assert not any(
        b"secret-7" in content or b"reader" in content for content in files(tmp_path / "bi").values()
    )


def test_a_project_is_not_written_over_unless_that_is_asked_for(
    call: Call, tiny: Path, tmp_path: Path
) -> None:
    command = ("powerbi", "--in", tiny, "--to", tmp_path / "bi")
    assert call(*command).code == 0
    page = tmp_path / "bi" / "lm_synth.Report" / "definition" / "report.json"
    page.write_text("edited", encoding="utf-8")
    refused = call(*command)
    assert refused.code == 2
    assert "write over it and what was edited in it with --replace" in refused.err
    assert page.read_text("utf-8") == "edited"
    assert call(*command, "--replace").code == 0
    assert page.read_text("utf-8") != "edited"


def test_a_folder_without_a_data_set_is_refused_before_anything_is_written(
    call: Call, tmp_path: Path
) -> None:
    ran = call("powerbi", "--in", tmp_path, "--to", tmp_path / "bi")
    assert ran.code == 1
    assert "holds no table" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_data_set_without_stays_is_refused(call: Call, made_with: MadeWith, tmp_path: Path) -> None:
    _, folder = made_with("--with-ed")
    ran = call("powerbi", "--in", folder, "--to", tmp_path / "bi")
    assert ran.code == 2
    assert "the data set has no ip_stays, and the model loads every table" in ran.err
    assert not (tmp_path / "bi").exists()


def test_partitions_are_refused_before_anything_is_written(call: Call, tmp_path: Path) -> None:
    data, project = tmp_path / "data", tmp_path / "bi"
    made = ("--config", TINY, "--with-ed", "--with-ip", "--format", "parquet", "--partition-by", "site")
    assert call("generate", *made, "--out", data, "--quiet").code == 0
    ran = call("powerbi", "--in", data, "--to", project)
    assert (ran.code, project.exists()) == (2, False)
    assert (
        "Power BI does not read the partitions of ed_encounters, ip_stays: make the tables again without"
        in ran.err
    )


def test_delta_tables_in_onelake_are_named_by_their_address_in_the_web() -> None:
    url = "abfss://Planning@onelake.dfs.fabric.microsoft.com/region.Lakehouse"
    web = "https://onelake.dfs.fabric.microsoft.com/Planning/region.Lakehouse/Tables"
    assert source_of("delta", url) == Source("Delta", web)
    with pytest.raises(NoSource, match="does not read s3:// addresses"):
        source_of("delta", "s3://bucket/region")


def test_the_tables_of_a_delta_lake_are_in_their_folder(tmp_path: Path) -> None:
    assert source_of("delta", str(tmp_path)).data_folder == str(tmp_path / "Tables")


def test_a_format_that_power_bi_does_not_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from lm_synth_assets.powerbi import source

    monkeypatch.setattr(source, "SOURCE_KINDS", {"csv": "CSV"})
    with pytest.raises(NoSource, match="the model does not read Parquet: store the tables as csv"):
        source_of("parquet", "out")


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/mnt/c/Users/me/out", "C:\\Users\\me\\out"),
        ("/mnt/d", "D:\\"),
        ("/home/me/out", "\\\\wsl.localhost\\Debian\\home\\me\\out"),
        ("/mnt/data/out", "\\\\wsl.localhost\\Debian\\mnt\\data\\out"),
    ],
)
def test_a_path_in_the_windows_subsystem_for_linux_is_one_of_windows(path: str, seen: str) -> None:
    assert windows_path(path, {"WSL_DISTRO_NAME": "Debian"}) == seen
    assert windows_path(path, {}) == path
