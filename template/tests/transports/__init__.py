"""Tests of what one binding does and the others do not."""
