"""An independent oracle of the analytics, written from the definitions without having seen the code."""
