"""Frozen models of everything that a configuration file may say, with units and limits; one module a subject.

What a single value may be belongs in these modules. What must agree with what is `region.agreement`; reading
files is `region.files`; what the values do is `model` and `simulation`.
"""
