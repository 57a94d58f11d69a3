"""Comparisons of several trainings."""
