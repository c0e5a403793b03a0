"""What runs by name or by itself: jobs over parts of the graph, and the schedule that makes the data anew."""

from datetime import datetime, timedelta
from itertools import islice, pairwise

import dagster as dg

from lm_synth_assets.orchestration.assets import REPORT
from lm_synth_assets.orchestration.dagster_internals import UnresolvedAssetJobDefinition, cron_string_iterator
from lm_synth_assets.orchestration.run_resource import run_config
from lm_synth_assets.orchestration.settings import Settings

REGENERATE = "regenerate_all"
SCHEDULE = "regeneration"

SEED_TAG = "lm_synth/seed"
"""The tag by which a scheduled run says where its seed comes from."""

_KEPT = "as configured: the data stay as they are"

_TICKS = 400
"""So many are looked at for the longest time between two: a year of a daily schedule."""

_TIME_TO_RUN = timedelta(hours=1)


def jobs() -> list[UnresolvedAssetJobDefinition]:
    """The parts of the graph that people run by name, each with its gates and a new report."""
    everything = dg.AssetSelection.all()
    report = dg.AssetSelection.assets(REPORT)
    return [
        dg.define_asset_job(REGENERATE, everything, description="Make every table, and look at every gate."),
        dg.define_asset_job(
            "reference_only",
            everything - dg.AssetSelection.groups("patients", "emergency", "inpatient"),
            description="Make all but the people and their care: dimensions, population, rates, projection.",
        ),
        dg.define_asset_job(
            "emergency_only",
            dg.AssetSelection.groups("emergency") | report,
            description="Make the ED encounters of the patients that are stored.",
        ),
        dg.define_asset_job(
            "inpatient_only",
            dg.AssetSelection.groups("inpatient") | report,
            description="Make the inpatient stays of the patients and ED encounters that are stored.",
        ),
        dg.define_asset_job(
            "validate_only",
            dg.AssetSelection.all_asset_checks(),
            description="Look at the stored tables with every gate, and make none.",
        ),
    ]


def regeneration(settings: Settings) -> dg.ScheduleDefinition:
    """Everything anew at the times that the settings name; off until somebody turns it on.

    With a fresh seed, that is the date and hour for which the run was due: to run it again makes the same.
    """

    @dg.schedule(
        name=SCHEDULE,
        job_name=REGENERATE,
        cron_schedule=settings.schedule,
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=f"Makes every table, at '{settings.schedule}' in {settings.timezone}; the seed is "
        + ("that of the configuration." if settings.schedule_seed == "keep" else "a fresh one each time."),
    )
    def due(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        when = context.scheduled_execution_time
        if settings.schedule_seed == "keep":
            return dg.RunRequest(tags={SEED_TAG: _KEPT})
        seed = seed_of(when)
        return dg.RunRequest(
            run_config=run_config(str(settings.config), seed=seed),
            tags={SEED_TAG: f"{seed}, fresh"},
        )

    return due


def freshness(settings: Settings) -> dg.FreshnessPolicy:
    """That the data set is no older than the schedule lets it become: a warning, then a failure."""
    ticks = islice(cron_string_iterator(0, settings.schedule, settings.timezone), _TICKS)
    longest = max(later - earlier for earlier, later in pairwise(ticks))
    return dg.FreshnessPolicy.time_window(
        warn_window=longest + _TIME_TO_RUN, fail_window=2 * longest + _TIME_TO_RUN
    )


def seed_of(when: datetime) -> int:
    """The seed of a run that is due at a time, readable as that time: 2026112405 for 5 o'clock."""
    return int(f"{when:%Y%m%d%H}")
