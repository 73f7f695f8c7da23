"""Reports asked through GraphQL and compared with the oracle: on random histories, and on the real shop."""
