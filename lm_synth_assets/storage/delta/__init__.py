"""Tables as Delta tables, in a folder or in an object store: `Tables/<table>`, as OneLake lays them out."""
