"""What customers were worth: the report of all of them, and the figures of one."""
