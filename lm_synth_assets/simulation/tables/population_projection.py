"""population_projection: the residents of every year of the horizon."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.model.population import residents
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, GENDERS
from lm_synth_assets.simulation.tables.columns import categorical, first_of_january


def population_projection(region: Region) -> pd.DataFrame:
    """population_projection: year x LHA x age group x gender."""
    run = region.run
    years = range(run.start_year, run.start_year + run.years)
    cells = np.stack([residents(region, year) for year in years])
    year, lha, age, gender = (axis.ravel() for axis in np.indices(cells.shape))
    return pd.DataFrame(
        {
            "year": run.start_year + year,
            "lha_id": lha + 1,
            "age_group": categorical(age, AGE_GROUPS),
            "gender": categorical(gender, GENDERS),
            "population": cells.ravel(),
            "period_date": first_of_january(run.start_year + year),
        }
    )
