"""The declared tables, a module for each group, and the helpers that declare their columns."""
