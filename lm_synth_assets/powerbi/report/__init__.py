"""The report of the project in PBIR: pages as data, laid out on a grid, and how they become files."""
