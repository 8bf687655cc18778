"""Soundscape turns a shot list into a finished soundtrack."""

__version__ = "0.1.0"
