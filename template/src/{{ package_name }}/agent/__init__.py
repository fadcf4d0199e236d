"""Yours: what the agent does and what it says about itself."""
