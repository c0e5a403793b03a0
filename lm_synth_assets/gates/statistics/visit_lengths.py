"""The gate on how long ED visits last."""

from __future__ import annotations

import calendar

import numpy as np

from lm_synth_assets.gates.distributions import Grouping, Quantity, distributed
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import NO_ACUITY, NO_DISPOSITION, days_of, visits_of
from lm_synth_assets.model.calendar import DAY, HOUR
from lm_synth_assets.model.triage import ACUITIES
from lm_synth_assets.model.visit_hours import visit_span
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, DISPOSITIONS, ED_SUBSERVICES


def visit_lengths(tables: Tables, region: Region) -> Verdict:
    """Visits last as configured for subservice and disposition, whatever else is known of them."""
    visits, frame = visits_of(tables, region), tables["ed_encounters"]
    known = np.flatnonzero((visits.acuity != NO_ACUITY) & (visits.disposition != NO_DISPOSITION))
    columns = visits.service, visits.acuity, visits.disposition, visits.site, visits.arrival
    service, acuity, disposition, site, arrival = (column[known] for column in columns)
    lasting = (frame["departure_ts"] - frame["arrival_ts"]).to_numpy()[visits.row[known]]
    seconds = lasting.astype("timedelta64[s]").astype(np.int64)
    age_group = visits.people.age_group[visits.patient[known]]
    month = days_of(region).month.to_numpy().take(arrival // DAY, mode="clip") - 1
    sites, levels = list(region.sites), [f"acuity {level + 1}" for level in range(ACUITIES)]
    groupings = [
        Grouping(
            [f"{name}, {label}" for name in ED_SUBSERVICES for label in labels],
            service * len(labels) + group,
        )
        for labels, group in ((DISPOSITIONS, disposition), (levels, acuity), (sites, site))
    ]
    groupings += [
        Grouping(AGE_GROUPS, age_group),
        Grouping(list(calendar.month_name)[1:], month),
        Grouping([f"arrivals from {hour:02}:00" for hour in range(DAY // HOUR)], arrival % DAY // HOUR),
    ]
    span = visit_span(region, seconds, service, age_group, acuity, disposition)
    return distributed([Quantity("time in the ED", span, groupings)], "visits")
