"""The quality report: one page that shows what a stored data set is, and what the gates say of it."""
