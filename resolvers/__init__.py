"""Everything that awaits: the context of an operation, its loaders, the domain operations and their transactions."""
