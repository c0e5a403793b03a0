"""Pictures of the data: what people would rather look at than read, for the UI and for the report."""
