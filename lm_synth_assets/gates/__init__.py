"""The gates: what must hold of the stored tables.

`gate` says what a gate is, `declared` has each of them as data, `catalogue` lists them all. `statistics` and
`rules` evaluate them, `results` are what a gate comes to.
"""
