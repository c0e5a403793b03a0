"""The gates on contents and manifest: whether the tables that lie there are one data set, and which one."""

from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES

_CONTENTS, _MANIFEST = CLAIMS
_DESCRIBED = tuple(name for name in TABLES if name not in CLAIMS)

WHOLE = (
    Gate(
        table=_CONTENTS,
        name="tables_as_listed",
        description="Every table of the data set is there, and no value has changed since it was listed.",
        formula="rows and digest of each stored table = those listed",
        threshold="equal",
        function="contents:tables_as_listed",
        exact=True,
        reads=_DESCRIBED,
    ),
    Gate(
        table=_CONTENTS,
        name="nothing_besides",
        description="No table of another run lies beside those of the data set.",
        formula="stored tables that are not listed = none",
        threshold="no exception",
        function="contents:nothing_besides",
        exact=True,
        reads=_DESCRIBED,
    ),
    Gate(
        table=_CONTENTS,
        name="made_from_this_run",
        description="Every table was made from the configuration, seed and version of the data set.",
        formula="made_from = hash of the version, the parts of the configuration and the tables that each "
        "follows from; one dataset_id",
        threshold="equal",
        function="contents:made_from_this_run",
        exact=True,
    ),
    Gate(
        table=_MANIFEST,
        name="follows_from_its_run",
        description="No field of the manifest was changed by itself.",
        formula="dataset_id, reference_date, population, sampling_weight, disclaimer = those that follow "
        "from the run, the configuration and the version",
        threshold="equal",
        function="contents:follows_from_its_run",
        exact=True,
    ),
    Gate(
        table=_MANIFEST,
        name="describes_these_tables",
        description="The manifest is that of the tables that are listed, and of no other run.",
        formula="dataset_id, digest of the manifest and tables that belong to its run = those listed; "
        "made_from as its run gives it",
        threshold="equal",
        function="contents:describes_these_tables",
        exact=True,
        reads=(_CONTENTS,),
    ),
)
"""The gates that say whether a data set is whole."""

DATASET_MANIFEST = (
    *WHOLE,
    Gate(
        table=_MANIFEST,
        name="made_with_this_configuration",
        description="The manifest is that of this configuration and version.",
        formula="fields of the run, configuration hash and version = those of this configuration",
        threshold="equal",
        decided_by=("run",),
        function="statistics.manifest:made_with_this_configuration",
        exact=True,
        blocking=False,
    ),
)
