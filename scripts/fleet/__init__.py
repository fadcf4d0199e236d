"""Keeps many agents alike: which of them are behind the template, and updates for those that are."""
