"""The gates that numpy and pandas compute: one module a subject. `gates/declared` says what each compares."""
