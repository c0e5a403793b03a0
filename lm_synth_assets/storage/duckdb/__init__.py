"""Tables in one DuckDB file, with their keys and comments, and the queries about them as views."""
