"""The doctor's checks, each with the fault that it is there for."""
