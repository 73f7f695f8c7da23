"""Files in: readers, column mappings and presets, and the loader that writes a file's sales and refunds."""
