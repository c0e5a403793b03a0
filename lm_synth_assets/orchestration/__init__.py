"""Dagster, and only here: assets, checks, resources, jobs, schedules and sensors."""
