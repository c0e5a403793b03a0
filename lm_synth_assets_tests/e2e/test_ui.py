"""What people do in Dagster's web pages: make the data, look at them, make others, turn things on.

Where LM_SYNTH_TEST_SHOTS names a folder, pictures of these pages are put there, of a data set of full size.
"""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from lm_synth_assets.orchestration.schedules import SCHEDULE
from lm_synth_assets.report.pictures.registry import PICTURES
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets_tests.integration.test_failures import STRICT
from lm_synth_assets_tests.support.browser_pages import Ui
from lm_synth_assets_tests.support.commands import files
from lm_synth_assets_tests.support.dagster_client import until
from lm_synth_assets_tests.support.dagster_server import EVERYTHING, PATIENTS, Server

PEOPLE = ("population", "rates", "patients", "emergency", "inpatient", "projections")
"""The groups of what is made of residents, from first to last."""

GROUPS = ("dimensions", *PEOPLE, "report", "yaml")


@pytest.fixture
def ui(page: Page, server: Server) -> Ui:
    return Ui(page, server)


# Making and looking


def test_a_visitor_makes_everything_with_one_click_and_looks_at_it(ui: Ui) -> None:
    ui.open("/")
    ui.go("Lineage")
    for group in GROUPS:
        ui.button(group).first.wait_for()
    assert ui.page.get_by_role("dialog").count() == 0, "a dialog in front of the first page"
    ui.shot("lineage")
    ui.button("Materialize all").click()
    ui.page.get_by_role("link", name="View", exact=True).click()
    run = ui.run("Success")
    assert (run.status, run.made) == ("SUCCESS", EVERYTHING)
    ui.open(f"/runs/{run.id}")
    ui.sees("RUN_SUCCESS")
    ui.shot("run")
    ui.go("Runs")
    ui.page.get_by_role("link", name=run.id[:8]).wait_for()
    ui.sees("Success")

    made = ui.dagster.assets()
    assert {made[name].run for name in EVERYTHING} == {run.id}
    verdicts = {status for name in EVERYTHING for status in made[name].checks.values()}
    assert verdicts == {"SUCCEEDED"}
    assert {name for name in EVERYTHING if made[name].stale} == set()
    shows_graph(ui)
    shows_checks(ui, "population_projection", sorted(made["population_projection"].checks))
    for table in ("population_projection", "ed_encounters"):
        shows_columns_and_rows(ui, table)
    shows_pictures(ui)
    shows_the_report(ui)


def shows_graph(ui: Ui) -> None:
    groups = " or ".join(f'group:"{group}"' for group in PEOPLE)
    expanded = ",".join(f"global@global:{group}" for group in PEOPLE)
    ui.open(f"/asset-groups~{quote(groups)}/?expanded={expanded}")
    for table in ("ed_baseline_rates", "patients", "ed_encounters", "ip_stays", "ed_projection"):
        ui.sees(re.compile(f"^{table}$"))
    ui.shot("graph")


def shows_checks(ui: Ui, table: str, names: list[str]) -> None:
    ui.open(f"/assets/{table}?view=checks")
    ui.sees(f"Checks ({len(names)})")
    for name in names:
        ui.sees(name)
    expect(ui.page.get_by_text("Succeeded", exact=True)).to_have_count(len(names))
    ui.sees("Passed")
    ui.sees(re.compile(r" in the worst of "))
    ui.shot("checks")


def shows_columns_and_rows(ui: Ui, table: str) -> None:
    ui.open(f"/assets/{table}")
    for column in TABLES[table].columns:
        row = ui.page.get_by_role("row").filter(has=ui.page.get_by_text(column.name, exact=True))
        expect(row.filter(has_text=column.comment or "")).not_to_have_count(0)
    lines = (ui.server.out / f"{table}.csv").read_text("utf-8").splitlines()
    ui.sees("Row count")
    ui.sees(re.compile(rf"^{len(lines) - 1:,}$"))
    ui.shot("asset")


def shows_the_report(ui: Ui) -> None:
    """The asset's own page: verdict, key figures, a picture, and a link that opens the page."""
    ui.open("/assets/quality_report")
    for name, value in (("verdict", "PASS"), ("patients", str(PATIENTS))):
        row = ui.page.get_by_role("row").filter(has=ui.page.get_by_text(name, exact=True))
        expect(row.get_by_text(value, exact=True)).to_be_visible()
    image = ui.page.get_by_role("img", name="The first picture of the report")
    image.wait_for()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") >= 400
    ui.shot("report-asset")
    with ui.page.expect_download() as download:
        ui.page.get_by_role("link", name="Open the report").click()
    assert download.value.path().read_bytes() == (ui.server.out / "quality_report.html").read_bytes()


def shows_pictures(ui: Ui) -> None:
    ui.open("/assets/quality_report?view=events")
    for picture in PICTURES:
        ui.page.get_by_role("row").filter(has_text=picture.title).get_by_text("[Show Markdown]").click()
        dialog = ui.page.get_by_role("dialog")
        image = dialog.get_by_role("img", name=picture.title)
        image.wait_for()
        width = image.evaluate("image => image.decode().then(() => image.naturalWidth)")
        assert width >= 400
        ui.shot(f"picture-{picture.name}")
        dialog.get_by_role("button", name="Close").click()
        dialog.wait_for(state="detached")


# Making something else


def test_the_launchpad_sets_patients_and_seed(ui: Ui) -> None:
    launchpad = ui.launchpad()
    ui.shot("launchpad")
    launchpad.add("patients", PATIENTS + 50)
    launchpad.add("seed", 99)
    launchpad.is_valid()
    launchpad.launch.click()
    ui.run("Success")
    manifest = ui.server.manifest()
    assert (manifest["patients"], manifest["seed"]) == (str(PATIENTS + 50), "99")
    people = (ui.server.out / "patients.csv").read_text("utf-8").splitlines()
    assert len(people) - 1 == PATIENTS + 50


def test_the_launchpad_refuses_what_cannot_be_meant(ui: Ui) -> None:
    before = ui.dagster.runs()
    launchpad = ui.launchpad()
    launchpad.add("patient", PATIENTS)
    launchpad.refuses('Received unexpected config entry "patient"')
    launchpad.rename("patient", "patients")
    launchpad.is_valid()
    launchpad.write("patients", "many")
    launchpad.refuses('Value "many" of type')
    assert ui.dagster.runs() == before


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("patients", "0", "patients: must be a whole number, at least 1 and at most 9999999; found 0"),
        ("config", "{folder}/nowhere.yaml", "{folder}/nowhere.yaml: no such file"),
        ("config", "{folder}/broken.yaml", "{folder}/broken.yaml:2:1: not valid YAML: did not find expected"),
    ],
    ids=["a value", "no file", "a broken file"],
)
def test_what_cannot_be_made_is_told_before_anything_is(ui: Ui, field: str, value: str, problem: str) -> None:
    (ui.server.folder / "broken.yaml").write_text("run: {patients: 5\n", encoding="utf-8")
    ui.server.out.mkdir(exist_ok=True)
    before = files(ui.server.out)
    launchpad = ui.launchpad()
    put = launchpad.write if field == "config" else launchpad.add
    put(field, value.format(folder=ui.server.folder))
    launchpad.is_valid()
    launchpad.launch.click()
    run = ui.run("Failure")
    ui.sees(problem.format(folder=ui.server.folder))
    assert run.made == frozenset()
    assert files(ui.server.out) == before


def test_a_failed_check_is_two_clicks_from_its_run(ui: Ui) -> None:
    strict = ui.server.folder / "strict.yaml"
    strict.write_text(STRICT, encoding="utf-8")
    ui.dagster.finished(ui.dagster.launch(generation={"config": str(strict)}))
    ui.open("/runs")
    ui.page.get_by_role("link", name=ui.dagster.runs()[0].id[:8]).first.click()
    compared = ui.sees(re.compile(r"patients\.marginals: expected .* in the worst of ")).inner_text()
    ui.shot("failed-run")
    [path] = re.findall(r"/assets/patients\?view=checks&checkDetail=marginals", compared)[:1]
    ui.open(path)
    ui.sees("Failed")
    ui.sees(re.compile(r"^expected .* in the worst of "))
    # As numbers, of which the page draws the history.
    ui.sees(re.compile("^difference$"))
    ui.shot("failed-check")


def test_a_damaged_configuration_leaves_the_catalog_and_is_named_by_the_run(ui: Ui) -> None:
    ui.server.configure("run: {patients: 5\n")
    ui.dagster.reload()
    ui.open("/assets")
    ui.sees(re.compile("^dataset_contents$"))
    run_id = ui.dagster.launch()
    [run] = ui.dagster.finished(run_id)
    ui.open(f"/runs/{run_id}")
    ui.sees(f"{ui.server.config}:2:1: not valid YAML")
    ui.shot("damaged-configuration")
    assert (run.status, run.made) == ("FAILURE", frozenset())
    assert ui.dagster.run(run_id).tags["dagster/will_retry"] == "false"


# Turning things on


def test_the_schedule_is_turned_on_and_off_with_a_switch(ui: Ui) -> None:
    ui.open("/")
    ui.go("Automation")
    row = ui.page.get_by_role("link", name=SCHEDULE).locator(
        "xpath=ancestor::*[count(.//input[@type='checkbox'])=2][1]"
    )
    switch = row.get_by_role("checkbox").last
    expect(switch).not_to_be_checked()
    ui.sees("Every minute")
    for state in ("RUNNING", "STOPPED"):
        expect(switch).to_be_enabled()
        # The box itself is out of sight: people click on its label.
        row.locator("label").last.click()
        expect(switch).to_be_checked(checked=state == "RUNNING")
        # The page shows the new state while it is still asking for it.
        until(lambda state=state: ui.dagster.automations()[SCHEDULE] == state, f"the schedule to be {state}")
        if state == "RUNNING":
            ui.shot("automation")
