"""The dashboards: one module for each, one for each row of the larger one."""
