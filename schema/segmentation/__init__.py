"""Segmentation, scores and migration as the contract has them."""
