"""How each table is computed: pure functions over numpy and pandas, without Dagster and without files."""
