"""Preferences: what a customer likes, by type and key."""

from enum import StrEnum


class PreferenceType(StrEnum):
    """What a preference is about."""

    COMMUNICATION = "COMMUNICATION"
    SHOPPING = "SHOPPING"
    PAYMENT = "PAYMENT"
    DELIVERY = "DELIVERY"
    MARKETING = "MARKETING"
