"""The gates as data: a declaration each, a module for a group of tables. Loads no numpy and no pandas."""
