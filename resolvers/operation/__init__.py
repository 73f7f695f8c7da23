"""The machine of an operation: its context, its snapshot, its write, its loaders."""
