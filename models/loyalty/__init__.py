"""The loyalty program as it is stored: its settings, tiers, rules and rewards, its members and their ledger."""
