"""Measuring loudness and peaks: the meter of every stage."""
