"""Tests of the agent, through its real ports wherever a caller could see the difference."""
