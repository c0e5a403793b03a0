"""Tables as files, one a table, in one folder: CSV and Parquet, written whole or not at all."""
