"""What an edit of the configuration makes out of date, and what is made again by itself."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.orchestration.assets import MADE_FROM
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.checks import gates_by_check
from lm_synth_assets.orchestration.configuration_sensor import ATTEMPTS, CHANGED_TAG, SENSOR
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.provenance import ASSETS, KEYS, record
from lm_synth_assets.orchestration.report_asset import VERDICT
from lm_synth_assets.orchestration.run_resource import requested, run_config
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.simulation.catalogue import PARTS, part_values
from lm_synth_assets.simulation.provenance import data_versions
from lm_synth_assets.storage.record import PACKAGE_FILE
from lm_synth_assets_tests.support.commands import EXTENDS_TINY

FEW = f"{EXTENDS_TINY}run: {{patients: 300}}\n"
A_SCENARIO = f"{FEW}scenarios: {{Ageing: {{ed_rates: 1.5}}}}\n"
HERE, ELSEWHERE = (
    ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name=name), location_name=name)
    for name in ("lm_synth_assets", "another_project")
)
WITH_A_SCENARIO = {"dim_scenario", "ed_projection", *CLAIMS, "quality_report"}


class Deployment:
    """A configuration file, a folder of tables, and Dagster's memory of them."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance) -> None:
        self.config, self.out, self.instance = folder / "region.yaml", folder / "out", instance
        self.cursor: str | None = None
        self.edit(FEW)
        self.definitions = build_defs(Settings(out=self.out, config=self.config))

    def edit(self, text: str) -> None:
        self.config.write_text(text, encoding="utf-8")

    def run(self, request: dg.RunRequest | None = None, **changes: int) -> dg.ExecuteInProcessResult:
        """Make everything, or what a request asks for."""
        job = self.definitions.resolve_job_def(REGENERATE)
        if request is not None:
            job = job.get_subset(
                asset_selection=set(request.asset_selection or ()),
                asset_check_selection=request.asset_check_keys and set(request.asset_check_keys),
            )
        config = run_config(str(self.config), **changes)
        result = job.execute_in_process(instance=self.instance, run_config=config)
        assert result.success
        return result

    def tick(self) -> tuple[list[dg.RunRequest], str | None]:
        """What the sensor asks for, and why it does not."""
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            repository_def=self.definitions.get_repository_def(),
        )
        context._code_location_origin = HERE
        told = self.definitions.get_repository_def().get_sensor_def(SENSOR).evaluate_tick(context)
        self.cursor = told.cursor or self.cursor
        return list(told.run_requests or ()), told.skip_message

    def begin_run(
        self, tags: Mapping[str, str] | None = None, of: ManagedGrpcPythonEnvCodeLocationOrigin | None = None
    ) -> dg.DagsterRun:
        """A run of everything that is under way, launched by a code location."""
        job = RemoteRepositoryOrigin(of, "__repository__").get_job_origin(REGENERATE) if of else None
        return self.instance.create_run_for_job(
            self.definitions.resolve_job_def(REGENERATE),
            tags=dict(tags or {}),
            status=dg.DagsterRunStatus.STARTED,
            remote_job_origin=job,
            job_code_origin=None,
        )

    def stale(self) -> set[str]:
        """The assets that Dagster shows as out of date."""
        graph = self.definitions.resolve_asset_graph()
        status = CachingStaleStatusResolver(self.instance, graph, LoadingContextForTest(self.instance))
        found = {key for key in graph.get_all_asset_keys() if status.get_status(key) != StaleStatus.FRESH}
        return {key.path[-1] for key in found}

    def times(self) -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in sorted(self.out.iterdir()) if path.is_file()}


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_pictures: None) -> Iterator[Deployment]:
    # What runs used is only recorded where there is a history.
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.ephemeral() as instance:
        yield Deployment(tmp_path, instance)


@pytest.fixture
def made(deployment: Deployment) -> Deployment:
    deployment.run()
    return deployment


def asked(requests: list[dg.RunRequest]) -> set[str]:
    [request] = requests
    return {key.path[-1] for key in request.asset_selection or ()}


class TestWhatDagsterShows:
    def test_everything_is_fresh_once_it_is_made(self, made: Deployment) -> None:
        assert made.stale() == set()

    def test_making_it_again_changes_no_version(self, made: Deployment) -> None:
        made.run()
        assert made.stale() == set()

    def test_a_run_of_another_seed_leaves_as_fresh_what_no_seed_goes_into(self, made: Deployment) -> None:
        made.run(seed=7)
        assert made.stale() == set()
        versions = {
            name: tuple(
                record.asset_materialization.tags["dagster/data_version"]
                for record in made.instance.fetch_materializations(dg.AssetKey(name), limit=2).records
                if record.asset_materialization is not None
            )
            for name in TABLES
        }
        changed = {name for name, (new, old) in versions.items() if new != old}
        assert changed == {"patients", "ed_encounters", "ip_stays", *CLAIMS}

    def test_a_part_shows_the_value_that_was_used_last(self, made: Deployment) -> None:
        made.run(seed=7)
        seed = dg.AssetRecordsFilter(KEYS["platform"], asset_partitions=["seed"])
        shown = [
            known.asset_materialization for known in made.instance.fetch_materializations(seed, 9).records
        ]
        assert [one.metadata["seed"].value for one in shown if one] == ["7", "42"]

    def test_an_edit_of_a_part_is_shown_for_what_reads_it_until_it_is_taken_back(
        self, made: Deployment
    ) -> None:
        used = part_values(requested({"config": str(made.config)}).region)
        for part in PARTS:
            record(made.instance, used | {part: "other"})
            assert made.stale() == {name for name, causes in MADE_FROM.items() if part in causes.parts}, part
        record(made.instance, used)
        assert made.stale() == set()


class TestSensor:
    def test_is_off_until_it_is_turned_on(self, deployment: Deployment) -> None:
        sensor = deployment.definitions.get_repository_def().get_sensor_def(SENSOR)
        assert sensor.default_status is dg.DefaultSensorStatus.STOPPED

    def test_makes_nothing_that_was_never_made(self, deployment: Deployment) -> None:
        assert deployment.tick() == ([], "the stored tables follow from this configuration")

    def test_does_nothing_while_nothing_changes(self, made: Deployment) -> None:
        assert made.tick() == ([], "the stored tables follow from this configuration")
        assert made.tick() == ([], "region.yaml has not changed")

    def test_makes_again_what_depends_on_the_edit_and_no_more(self, made: Deployment) -> None:
        made.tick()
        before = made.times()
        made.edit(A_SCENARIO)
        requests, _ = made.tick()
        assert asked(requests) == WITH_A_SCENARIO
        assert made.stale() == WITH_A_SCENARIO
        assert requests[0].tags[CHANGED_TAG] == "scenarios"
        made.run(requests[0])
        after = made.times()
        remade = {name.partition(".")[0] for name in before if after[name] != before[name]}
        assert remade == {*WITH_A_SCENARIO, PACKAGE_FILE.partition(".")[0]}
        assert made.stale() == set()
        assert made.tick() == ([], "region.yaml has not changed")

    def test_looks_at_the_gates_of_what_it_makes(self, made: Deployment) -> None:
        made.tick()
        made.edit(A_SCENARIO)
        [request], _ = made.tick()
        looked_at = made.run(request).get_asset_check_evaluations()
        assert {found.asset_key.path[-1] for found in looked_at} == WITH_A_SCENARIO

    def test_other_thresholds_change_no_table_but_every_verdict(self, made: Deployment) -> None:
        made.tick()
        made.edit(f"{FEW}gates: {{ks_threshold: 0.2}}\n")
        requests, _ = made.tick()
        assert asked(requests) == {"quality_report"}
        assert set(requests[0].asset_check_keys or ()) == {*gates_by_check(all_gates()), VERDICT}
        made.run(requests[0])

    def test_leaves_alone_what_somebody_made_with_other_values(self, made: Deployment) -> None:
        made.tick()
        made.run(seed=7)
        assert made.tick() == ([], "region.yaml has not changed")

    def test_brings_back_to_the_file_what_was_made_with_other_values_before_an_edit(
        self, made: Deployment
    ) -> None:
        made.tick()
        made.run(seed=7)
        made.edit(A_SCENARIO)
        requests, _ = made.tick()
        assert asked(requests) == WITH_A_SCENARIO | {"patients", "ed_encounters", "ip_stays"}
        assert requests[0].run_config == run_config(str(made.config))

    def test_waits_for_a_run_that_is_under_way(self, made: Deployment) -> None:
        made.tick()
        run = made.begin_run()
        made.edit(A_SCENARIO)
        assert made.tick() == ([], f"waits for the end of run {run.run_id[:8]}")
        made.instance.report_run_canceled(run)
        requests, _ = made.tick()
        assert asked(requests) == WITH_A_SCENARIO

    def test_a_run_that_was_never_launched_keeps_nobody_waiting(self, made: Deployment) -> None:
        made.tick()
        made.instance.create_run_for_job(
            made.definitions.resolve_job_def(REGENERATE), status=dg.DagsterRunStatus.NOT_STARTED
        )
        made.edit(A_SCENARIO)
        requests, _ = made.tick()
        assert asked(requests) == WITH_A_SCENARIO

    @pytest.mark.parametrize(
        ("location", "reason"), [(HERE, "waits for the end of run"), (ELSEWHERE, None)], ids=["own", "other"]
    )
    def test_only_runs_of_this_code_location_are_waited_for(
        self, made: Deployment, location: ManagedGrpcPythonEnvCodeLocationOrigin, reason: str | None
    ) -> None:
        made.tick()
        made.begin_run(of=location)
        made.edit(A_SCENARIO)
        requests, skipped = made.tick()
        assert (skipped or "").startswith(reason or "")
        assert bool(requests) == (reason is None)

    def test_asks_again_after_a_run_that_failed_and_says_when_it_gives_up(self, made: Deployment) -> None:
        made.tick()
        made.edit(A_SCENARIO)
        for _ in range(ATTEMPTS):
            [request], _ = made.tick()
            assert asked([request]) == WITH_A_SCENARIO
            failed = made.begin_run(tags=request.tags)
            made.instance.report_run_failed(failed)
        requests, reason = made.tick()
        assert requests == []
        assert reason is not None
        assert reason.startswith(
            "dim_scenario, ed_projection, dataset_contents, dataset_manifest, quality_report do not follow"
        )
        assert f"2 runs for it failed, the last is {failed.run_id[:8]}" in reason

    def test_asks_again_after_a_run_that_was_cancelled(self, made: Deployment) -> None:
        made.tick()
        made.edit(A_SCENARIO)
        [request], _ = made.tick()
        made.instance.report_run_canceled(made.begin_run(tags=request.tags))
        [again], _ = made.tick()
        assert asked([again]) == WITH_A_SCENARIO
        made.run(again)
        assert made.tick() == ([], "the stored tables follow from this configuration")

    def test_a_new_edit_is_tried_whatever_failed_before(self, made: Deployment) -> None:
        made.tick()
        for text in (A_SCENARIO, FEW, A_SCENARIO):
            made.edit(text)
            requests, _ = made.tick()
            for request in requests:
                made.instance.report_run_failed(made.begin_run(tags=request.tags))
        assert asked(requests) == WITH_A_SCENARIO

    def test_says_what_is_wrong_with_a_broken_edit_and_goes_on_once_it_is_mended(
        self, made: Deployment
    ) -> None:
        made.tick()
        made.edit(f"{FEW}scenarios: {{Ageing: {{ed_rates: fast}}}}\n")
        with pytest.raises(ConfigError, match=r"region\.yaml:3: scenarios\.Ageing\.ed_rates: must be"):
            made.tick()
        made.edit(A_SCENARIO)
        requests, _ = made.tick()
        assert asked(requests) == WITH_A_SCENARIO


def test_every_part_goes_into_something() -> None:
    used = {part for name, causes in MADE_FROM.items() if name != "quality_report" for part in causes.parts}
    assert used == set(PARTS) - {"gates"}
    assert set(MADE_FROM["quality_report"].parts) == set(PARTS)


def out_of_date_after(part: str) -> set[str]:
    """What an edit of a part puts out of date."""
    old = dict.fromkeys(PARTS, "old")
    before, after = (data_versions(MADE_FROM, parts) for parts in (old, old | {part: "new"}))
    return {name for name in before if before[name] != after[name]}


def test_every_part_has_one_asset() -> None:
    assert sorted(part for parts in ASSETS.values() for part in parts) == sorted(PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_the_gates_of_what_is_made_again_are_all_that_an_edit_concerns(part: str) -> None:
    made = out_of_date_after(part)
    assert [gate.full_name for gate in all_gates() if gate.table not in made and made & set(gate.reads)] == []
