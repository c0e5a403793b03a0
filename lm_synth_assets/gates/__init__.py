"""The gates: what must hold of the stored tables, as pure judgements, a module a subject.

`gate` says what a gate is, `registry` lists them all, `checks` makes Dagster's asset checks of them.
"""
