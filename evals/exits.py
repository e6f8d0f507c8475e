"""What ``mainspring eval`` ends with."""

PASSED, REGRESSION, COULD_NOT_RUN = 0, 1, 5
