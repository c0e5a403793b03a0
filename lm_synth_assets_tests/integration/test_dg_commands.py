"""The commands that Dagster prefers over its older ones do the same work."""

from pathlib import Path

from lm_synth_assets_tests.support.commands import (
    REPORT,
    ROOT,
    SCRIPTS,
    TINY,
    Ran,
    files,
    recorded,
    run,
    without_records,
)


def dg(*arguments: str, out: Path, home: Path) -> Ran:
    home.mkdir(exist_ok=True)
    variables = {
        "PATH": f"{SCRIPTS}:/usr/bin:/bin",
        "VIRTUAL_ENV": str(SCRIPTS.parent),
        "DAGSTER_HOME": str(home),
        "LM_SYNTH_OUT": str(out),
        "LM_SYNTH_CONFIG": str(TINY),
    }
    return run(SCRIPTS / "dg", *arguments, variables=variables, cwd=ROOT)


def test_definitions_are_checked(tmp_path: Path) -> None:
    ran = dg("check", "defs", out=tmp_path / "out", home=tmp_path / "home")
    assert ran.code == 0, ran.err
    assert "All definitions loaded successfully." in ran.out + ran.err


def test_assets_are_launched(tmp_path: Path, tiny: Path) -> None:
    out = tmp_path / "out"
    ran = dg("launch", "--assets", "dim_site,dim_lha", out=out, home=tmp_path / "home")
    assert ran.code == 0, ran.err
    made = {"dim_site.csv", "dim_lha.csv"}
    stored = files(out)
    assert without_records(stored) == made
    assert {name: stored[name] for name in made} == {name: files(tiny)[name] for name in made}


def test_a_job_over_a_data_set_that_fails_its_gates_ends_with_an_error_and_a_page(
    copy: Path, tmp_path: Path
) -> None:
    recorded(copy, "ip_stays", lambda stays: stays.iloc[::2])
    ran = dg("launch", "--job", "emergency_only", out=copy, home=tmp_path / "home")
    assert ran.code == 1
    assert "quality_report.verdict: " in ran.out + ran.err
    assert "<title>FAIL: quality report" in (copy / REPORT).read_text("utf-8")
