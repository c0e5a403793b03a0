"""How tables are stored: the only code that touches a file or a database.

A frame is first held to its declared table (`enforcement`), then turned into Arrow (`frames`), then
published whole or not at all (`publishing`) by one of the `stores`. What someone else may have changed is
looked at whole (`recognition` for the file, `examination` for its columns). `io_manager` is the door for
Dagster.
"""
