"""Limits that no configuration sets: the gates compute with them, and their texts quote them."""

FREE_DRAW = 2.7
"""Kolmogorov-Smirnov distances up to this over sqrt(n) are chance: exceeded once in a million times."""

FEW_VISITS = 100
"""Below this number of visits whole visits decide, not percentages."""

FALSE_ALARM = 1e-5
"""The chance that good data do not pass a gate that states its chance: all of its comparisons together."""

MISFIT = 0.02
"""Relative error of an expectation that is no finding: contacts of a patient that overlap are drawn again."""
