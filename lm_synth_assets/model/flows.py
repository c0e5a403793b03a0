"""Where residents go for care, and where sites send patients."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.model.calendar import HOUR
from lm_synth_assets.model.population import area_totals
from lm_synth_assets.model.units import Unit
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints


def flow_shares(region: Region) -> Floats:
    """The share of each area's residents that has each site as home facility (LHA, site); rows sum to 1."""
    sites = list(region.sites)
    shares = np.zeros((len(region.lhas), len(sites)))
    for row, lha in zip(shares, region.lhas.values(), strict=True):
        row[sites.index(lha.default_site)] = 1 - lha.leaves_pct / 100
        for code, weight in lha.goes_to.items():
            row[sites.index(code)] += lha.leaves_pct / 100 * weight / sum(lha.goes_to.values())
    return shares


def cross_lha_share(region: Region) -> float:
    """The share of the residents of the start year whose home facility is not their area's default site."""
    people = area_totals(region, region.run.start_year)
    leaves = np.array([lha.leaves_pct / 100 for lha in region.lhas.values()])
    return float(people @ leaves / max(people.sum(), 1))


def receiving_sites(region: Region, units: list[Unit]) -> Ints:
    """Where a patient of a site is admitted to a unit (sites, units), as an index into the sites: there, or
    at the first site it refers to that offers the unit.
    """
    sites = list(region.sites)
    return np.array(
        [
            [
                sites.index(
                    next(s for s in (code, *site.refers_to) if region.coverage_matrix[u.program][u.name][s])
                )
                for u in units
            ]
            for code, site in region.sites.items()
        ]
    )


def travel_seconds(region: Region) -> int:
    """How long the way from a bed to a bed at another site takes, in seconds."""
    return round(region.inpatient.travel_hours * HOUR)


def corridors(region: Region, units: list[Unit]) -> Floats:
    """Weights of transfer (from site, unit, to site): configured corridors to sites that offer the unit."""
    sites = list(region.sites)
    weights = np.zeros((len(sites), len(units), len(sites)))
    for origin, site in enumerate(region.sites.values()):
        for code, weight in site.transfers_to.items():
            offered = [region.coverage_matrix[u.program][u.name][code] for u in units]
            weights[origin, :, sites.index(code)] = np.where(offered, weight, 0.0)
    return weights
