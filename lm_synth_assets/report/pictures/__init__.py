"""Pictures of the data, for the report and for Dagster's UI."""
