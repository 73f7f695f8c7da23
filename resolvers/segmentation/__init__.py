"""Segmentation by its methods, and how customers move between segments."""
