"""The words of the field, as frozen types. No I/O; imports nothing else of ours."""
