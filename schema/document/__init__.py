"""Documents: parsed, measured, validated, priced and held to what the viewer may ask, before anything runs."""
