"""How the fields of an operation are run: plain ones in loops, looked-up ones for whole lists."""
