"""One function for each table: what was drawn, or what is expected, as rows."""
