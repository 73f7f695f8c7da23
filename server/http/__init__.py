"""What answers HTTP: the GraphQL endpoint with its limits and kept answers, pages, files."""
