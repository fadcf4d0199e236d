"""Tests of what stands between the bindings and the agent's logic."""
