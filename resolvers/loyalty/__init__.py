"""The loyalty program: its settings, tiers, rules and rewards, and what members do."""
