"""ed_baseline_rates: the true ED visit rates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.model.rates import visits_per_1000
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, ED_SUBSERVICES, GENDERS
from lm_synth_assets.simulation.tables.columns import categorical


def ed_baseline_rates(region: Region) -> pd.DataFrame:
    """ed_baseline_rates: LHA x age group x gender x ED subservice."""
    rates = visits_per_1000(region)
    lha, age, gender, service = (axis.ravel() for axis in np.indices(rates.shape))
    return pd.DataFrame(
        {
            "lha_id": lha + 1,
            "age_group": categorical(age, AGE_GROUPS),
            "gender": categorical(gender, GENDERS),
            "ed_subservice": categorical(service, ED_SUBSERVICES),
            "baserate_per_1000": rates.ravel(),
        }
    )
