"""Logs, metrics and what is sampled of a process."""
