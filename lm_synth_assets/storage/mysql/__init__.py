"""Tables in a MySQL database: its address, its DDL, and writing and reading tables whole."""
