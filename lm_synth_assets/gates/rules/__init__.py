"""The exact rules that stored tables keep to, each an SQL query that returns the rows that break it.

`rule` runs them; the `.sql` files beside it are what anybody may run over any copy of the tables.
"""
