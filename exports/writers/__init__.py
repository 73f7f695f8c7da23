"""Files: one module for each format."""
