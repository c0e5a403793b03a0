"""Limits that no configuration sets: the gates compute with them, and their texts quote them."""

FREE_DRAW = 2.7
"""Kolmogorov-Smirnov distances up to this over sqrt(n) are chance: exceeded once in a million times."""

STRATIFIED_DRAW = 1.95
"""The same for draws over stratified uniforms, which lie closer: once in a thousand if they were free."""

FEW_VISITS = 100
"""Below this number of visits whole visits decide, not percentages."""

UNDER_AGE = 15
"""Patients under this age, in years, should be seen in Pediatric ED."""

FROM_AGE = 25
"""Hardly any patient from this age, in years, should be seen in Pediatric ED."""
