"""What tables are: declared columns, keys and closed lists. Imports nothing of ours."""
