"""Figures of the service for those who plan it: numbers alone, and none that tells of one family."""
