"""Telling staff of a case that needs them: the ladder climbed, acknowledged, and who stands on each rung."""
