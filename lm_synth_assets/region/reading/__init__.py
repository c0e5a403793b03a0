"""Reading the files of a configuration: opening them, YAML, the coverage matrix, one file over another."""
