"""How tables are stored: the only code that touches a file or a database.

`enforcement` checks a frame against its declared table, `frames` turns it into Arrow and back, and a store
(the contract is in `store`, the formats are listed in `formats`) writes it whole or not at all. What someone
else may have changed is inspected: the file by `files.sniffing`, its columns by `inspection`.
"""
