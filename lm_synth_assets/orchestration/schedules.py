"""The schedule that regenerates the data set, and how old it lets the data set become."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import dagster as dg

from lm_synth_assets.orchestration.dagster_internals import cron_string_iterator
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.run_resource import run_config
from lm_synth_assets.orchestration.settings import Settings

SCHEDULE = "regeneration"

SEED_TAG = "lm_synth/seed"
"""The tag by which a scheduled run says where its seed comes from."""

_CONFIGURED_SEED = "as configured: the data stay as they are"

_TICKS = 400
"""Ticks among which the longest interval is sought: a year of a daily schedule."""

_TIME_TO_RUN = timedelta(hours=1)


def regeneration(settings: Settings) -> dg.ScheduleDefinition:
    """Regenerate everything at the times in the settings; off until somebody turns it on.

    A fresh seed is the minute for which the run is due, so that a rerun makes the same data.
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
        if settings.schedule_seed == "keep":
            return dg.RunRequest(tags={SEED_TAG: _CONFIGURED_SEED})
        seed = seed_of(context.scheduled_execution_time)
        return dg.RunRequest(
            run_config=run_config(str(settings.config), seed=seed),
            tags={SEED_TAG: f"{seed}, fresh"},
        )

    return due


def freshness(settings: Settings) -> dg.FreshnessPolicy:
    """Warn when the data set is older than the longest interval of the schedule, fail at twice that age."""
    ticks = islice(cron_string_iterator(0, settings.schedule, settings.timezone), _TICKS)
    longest = max(later - earlier for earlier, later in pairwise(ticks))
    return dg.FreshnessPolicy.time_window(
        warn_window=longest + _TIME_TO_RUN, fail_window=2 * longest + _TIME_TO_RUN
    )


def seed_of(due: datetime) -> int:
    """The seed of a run that is due at a time, readable as that time in UTC: 202611240500 for 5 o'clock.

    UTC, since local clocks show one hour of autumn twice.
    """
    return int(f"{due.astimezone(UTC):%Y%m%d%H%M}")
