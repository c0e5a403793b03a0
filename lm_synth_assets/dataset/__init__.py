"""One stored data set: opening and identifying it, evaluating its gates, loading it into a database."""
