"""Pages about a data set: its content as data, and the page that shows it."""
