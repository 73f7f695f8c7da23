"""Everything a process needs around the schema: settings, the application, tokens, the endpoint, the command line."""
