"""Yours: tests of what the agent does."""
