"""Figures of a data set beside published ones and beside the targets of the default configuration.

What was published and where is in `publications`, how a figure is measured in `measures`, the figures
themselves in `catalogue`, and what becomes of them in `comparison`.
"""
