"""The Power BI project: the semantic model in TMDL and the report in PBIR, rendered from the schema."""
