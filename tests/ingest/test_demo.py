"""The demo shop: the same for the same seed, grown at once or day by day, and right in every derived column."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import phonenumbers
import pytest
from sqlalchemy import select

from ingest.demo import DemoDiffers, DemoSummary, grow_demo, growing, journal
from ingest.demo.chance import quotient_half_even
from ingest.demo.names import COUNTRIES, phone
from models.currency import half_even, line_total
from models.database import Database, table
from models.days import business_moment
from models.sales import PaymentMethod, Sale, SaleChannel, SaleStatus
from models.search import contact_words, name_words, sort_name
from models.touchpoints import TouchpointOutcome, TouchpointType
from resolvers.businesses import ensure_business, find_business
from resolvers.writing import Actor, write
from tests.ingest.conftest import Asking

TODAY = date(2026, 3, 14)
ACTOR = Actor("demo", "ADMIN")
KINDS = ("sale", "sale_item", "payment", "refund", "sale_status_change", "touchpoint", "customer")
