"""The measures of the model: each once as data, with its DAX, the same in SQL, its format and meaning."""
