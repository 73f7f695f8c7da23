"""What a domain knows without a store, a clock or GraphQL: pure functions and frozen classes."""
