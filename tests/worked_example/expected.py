"""What the reports say about the shop of table.md, written out from the table, each number checked by hand.

Money is `gbp("1.00")`, percentages are left as fractions (`100 * 2 / 7`), so that they can be followed. Lists that are
dense in an answer are given by what is not zero in them and filled by the functions of `answers.py`.
`(?)` marks a value that hangs on a reading that the definitions do not force (see ../oracle/README.md).
Ids of customers, sales and storefronts are those of the table.
"""

from __future__ import annotations

from tests.worked_example.answers import (
    NIL,
    baskets,
    bucket,
    category,
    cells,
    cohort,
    credit,
    gbp,
    lorenz,
    month_cohorts,
    months_of_2024,
    move,
    pair,
    payment,
    point,
    preferred,
    seasons,
    segment,
    source,
    time_buckets,
    trend,
    value,
    weekday_hours,
)

# ---------------------------------------------------------------- lifetimeValueReport, all defaults
# NET of each: Gil 180+100+100+150; Ada 40+30+5+5+20+40+22+10 less 10; Dan 52+40+20; Fay 10+10+15+40; Eve 20+20;
# Ben 20; Ian 20; Jon 15; Kim 15; Cleo 50+5 less 20 and 45. Hal (no sale) and Leo (none that counts) are not in it.
# Profit: Coffee 4, Tea 3, Teapot 15, Wrap 1 a piece, mugs unknown. Gil 80+40+40+60 ((?) 20 less if the discount of s10
# lowers profit); Ada 8+12+3+3+8+15+0.50+6 less 6 of r5; Dan 22+8+12; Cleo 4+3 less 4·20/50 = 1.60 of r1.
# RETAIL scores over all history, n = 10, score = 1 + floor(L/2):
#   R (days: L): Ian 463: 0, Ben 429: 1, Fay 84: 2, Cleo 51: 3, Dan 41: 4, Eve 31: 5, Jon Kim 26: 6, Gil 21: 8, Ada 0: 9
#   F (orders: L): 1: 0 (Ben Ian Jon Kim), 2: 4 (Cleo Eve), 3: 6 (Dan), 4: 7 (Fay Gil), 8: 9 (Ada)
#   M (NET: L): -10: 0, 15: 1 (Jon Kim), 20: 3 (Ben Ian), 40: 5 (Eve), 75: 6, 112: 7, 162: 8, 530: 9
# Ada 555 Champion; Gil 545 Loyal; Dan 344 and Eve 333 Need Attention; Fay 244 At Risk; Ben and Ian 112 Lost;
# Cleo 231 Hibernating; Jon and Kim 411 are in no box: New Customer is 1 away, Promising 2.
# heuristic = NET · 365 · 3 / max(days as customer, 365) · multiplier.
LIFETIME_VALUE = {
    "summary": {
        "totalCustomers": 10,
        "totalRevenue": gbp("979.00"),
        "totalProfit": gbp("385.90"),  # 220 + 49.50 + 42 + 27 + 16 + 12 + 7 + 7 + 5.40; (?) discount
        "averageClv": gbp("97.90"),
        "averageProfitPerCustomer": gbp("38.59"),
        "topCustomerRevenue": gbp("530.00"),
        "top10PercentContribution": 100 * 530 / 979,  # ceil(10/10) = 1 customer
        "refundsOutsidePopulation": gbp("20.00"),  # r2 8 anonymous, r3 12 of Hal
    },
    "customers": [
        value(1, "gil", ("530.00", "220.00", "132.50", "2862.00"), 4, ("2024-04-20", "2024-12-10", 256, 234), "LOYAL"),
        # 162 · 1095 / 454 · 2
        value(2, "ada", ("162.00", "49.50", "20.25", "781.45"), 8, ("2023-10-05", "2024-12-31", 454, 453), "CHAMPION"),
        # 112 · 1095 / 469
        value(
            3,
            "dan",
            ("112.00", "42.00", "37.33", "261.49"),
            3,
            ("2023-09-20", "2024-11-20", 469, 427),
            "NEED_ATTENTION",
        ),
        value(4, "fay", ("75.00", "27.00", "18.75", "135.00"), 4, ("2024-02-29", "2024-10-08", 307, 222), "AT_RISK"),
        value(
            5, "eve", ("40.00", "16.00", "20.00", "120.00"), 2, ("2024-04-12", "2024-11-30", 264, 232), "NEED_ATTENTION"
        ),
        # ties with Ian: C02 before C09; 20 · 1095 / 430 · 0.3 = 15.279
        value(6, "ben", ("20.00", "12.00", "20.00", "15.28"), 1, ("2023-10-29", "2023-10-29", 430, 0), "LOST"),
        value(7, "ian", ("20.00", None, "20.00", "14.16"), 1, ("2023-09-25", "2023-09-25", 464, 0), "LOST"),
        value(8, "jon", ("15.00", "7.00", "15.00", "54.00"), 1, ("2024-12-05", "2024-12-05", 27, 0), "NEW_CUSTOMER"),
        value(9, "kim", ("15.00", "7.00", "15.00", "54.00"), 1, ("2024-12-05", "2024-12-05", 27, 0), "NEW_CUSTOMER"),
        value(
            10, "cleo", ("-10.00", "5.40", "-5.00", "-15.00"), 2, ("2024-01-10", "2024-11-10", 357, 305), "HIBERNATING"
        ),
    ],
    # positive: 15 15 20 20 40 75 112 162 530; ranks ceil(0.9) ceil(2.25) ceil(4.5) ceil(6.75) ceil(8.1) are
    # 1 3 5 7 9: 15, 20, 40, 112 -> 110, 530
    "distribution": [
        bucket(None, "0.00", {"cleo"}, "-10.00"),
        bucket("0.00", "15.00", set(), "0.00"),
        bucket("15.00", "20.00", {"jon", "kim"}, "30.00"),
        bucket("20.00", "40.00", {"ben", "ian"}, "40.00"),
        bucket("40.00", "110.00", {"eve", "fay"}, "115.00"),
        bucket("110.00", "530.00", {"dan", "ada"}, "274.00"),
        bucket("530.00", None, {"gil"}, "530.00"),
    ],
    "lorenz": lorenz(979, [-10, 5, 20, 40, 60, 100, 175, 287, 449, 979]),
    "costCoverage": 100 * 934 / 1074,  # 1054 + discount 20 as lines; 7 mugs = 140 have no cost
}
LIFETIME_VALUE_ORDERS = {
    "REVENUE": ["gil", "ada", "dan", "fay", "eve", "ben", "ian", "jon", "kim", "cleo"],
    "PROFIT": ["gil", "ada", "dan", "fay", "eve", "ben", "jon", "kim", "cleo", "ian"],
    "ORDERS": ["ada", "fay", "gil", "dan", "cleo", "eve", "ben", "ian", "jon", "kim"],
    "AVERAGE_ORDER_VALUE": ["gil", "dan", "ada", "ben", "eve", "ian", "fay", "jon", "kim", "cleo"],
}
# Only the sales of Market: Cleo 50 + 5 less r1 20 (r4 has no sale, so no storefront), Fay 15, Kim 15, Ada 5 + 5.
LIFETIME_VALUE_AT_MARKET = {
    "summary": {
        "totalCustomers": 4,
        "totalRevenue": gbp("75.00"),
        "totalProfit": gbp("25.40"),  # 4 + 3 - 1.60, 7, 7, 6
        "averageClv": gbp("18.75"),
        "averageProfitPerCustomer": gbp("6.35"),
        "topCustomerRevenue": gbp("35.00"),
        "top10PercentContribution": 100 * 35 / 75,
        "refundsOutsidePopulation": NIL,
    },
    "order": ["cleo", "fay", "kim", "ada"],
}
# MARGIN: revenue is profit less the refunded share; Ian, of whom no cost is known, has 0.00 and no profit.
LIFETIME_VALUE_MARGIN = {
    "totalRevenue": gbp("385.90"),
    "totalProfit": gbp("385.90"),
    "order": ["gil", "ada", "dan", "fay", "eve", "ben", "jon", "kim", "cleo", "ian"],
}
# GROSS: nothing is taken off: 979 + 20 + 45 + 10; Cleo has 55 and stands between Fay 75 and Eve 40.
LIFETIME_VALUE_GROSS = {
    "totalRevenue": gbp("1054.00"),
    "totalProfit": gbp("393.50"),  # (?) 385.90 + 6 + 1.60: GROSS profit is before refunds
    "order": ["gil", "ada", "dan", "fay", "cleo", "eve", "ben", "ian", "jon", "kim"],
}

# ---------------------------------------------------------------- segmentation, the 90 days 2024-10-03..2024-12-31
# NET, orders, days since: Ada 20+40+22+10-10 = 82, 4, 0; Cleo 5-45 = -40, 1, 51; Dan 40+20 = 60, 2, 41;
# Fay 40, 1, 84; Gil 100+150 = 250, 2, 21; Jon 15, 1, 26; Kim 15, 1, 26. Eve is inactive: left out by default.
# R = 5 - floor(days/18): Ada 5, Cleo 3, Dan 3, Fay 1, Gil 4, Jon Kim 4.
# n = 7: score = 1 + number of k with 5L >= 7k, that is L >= 2, 3, 5, 6.
# F: L 0 (one order) 1; L 4 (two) 3; L 6 (Ada) 5. M: -40: 0, 15: 1, 40: 3, 60: 4, 82: 5, 250: 6 -> 1 1 3 3 4 5.
# Ada 554 Champions. Gil 435, Dan 333 Loyal. Fay 113: At Risk and Hibernating are both 1 away, At Risk is first.
# Cleo 311: New Customers and Hibernating both 1 away. Jon, Kim 411 New Customers.
# Window before, 2024-07-05..2024-10-02: Gil and Fay have 1 order each, which is F 3. Gil 100, 48 days: 333 Loyal.
# Fay 15, 7 days: 531, Potential Loyalists is 1 away.
_ALL = (7, "422.00")
SEGMENTATION_POS = {
    "method": "RFM",
    "scheme": "POS",
    "asOf": "2024-12-31",
    "totalCustomers": 7,
    "activeCustomers": 7,
    "totalRevenue": gbp("422.00"),
    "insights": {
        "highestRevenueSegment": "Loyal Customers",
        "largestSegment": "New Customers",
        "fastestGrowingSegment": "Loyal Customers",  # the only one with customers now and then
        "needsAttention": "At Risk",
    },
    "segments": [
        segment(
            "Loyal Customers",
            "R4F4M4",
            {"gil", "dan"},
            "310.00",
            _ALL,
            "77.50",
            (31, 2, "155.00"),
            growth=100.0,  # from 1 to 2 customers
            label=(4, 4, 4),
        ),
        segment("Champions", "R5F5M5", {"ada"}, "82.00", _ALL, "20.50", (0, 4, "82.00"), label=(5, 5, 5)),
        segment("At Risk", "R2F2M3", {"fay"}, "40.00", _ALL, "40.00", (84, 1, "40.00"), label=(2, 2, 3)),
        segment("Potential Loyalists", "R4F2M3", set(), "0.00", _ALL, growth=-100.0, label=(4, 2, 3)),
        segment("Promising", "R3F2M2", set(), "0.00", _ALL, label=(3, 2, 2)),
        segment("Need Attention", "R2F3M3", set(), "0.00", _ALL, label=(2, 3, 3)),
        segment("Hibernating", "R1F1M2", set(), "0.00", _ALL, label=(1, 1, 2)),
        # -40 + 15 + 15; (51 + 26 + 26) / 3
        segment(
            "New Customers",
            "R5F1M1",
            {"cleo", "jon", "kim"},
            "-10.00",
            _ALL,
            "-3.33",
            (103 / 3, 1, "-3.33"),
            label=(5, 1, 1),
        ),
    ],
    "cutPoints": [
        {"score": 1, "maxRecencyDays": 84, "minFrequency": 1, "minMonetary": gbp("-40.00")},
        {"score": 2, "maxRecencyDays": None, "minFrequency": None, "minMonetary": None},
        {"score": 3, "maxRecencyDays": 51, "minFrequency": 2, "minMonetary": gbp("40.00")},
        {"score": 4, "maxRecencyDays": 26, "minFrequency": None, "minMonetary": gbp("82.00")},
        {"score": 5, "maxRecencyDays": 0, "minFrequency": 4, "minMonetary": gbp("250.00")},
    ],
    "refundsOutsidePopulation": gbp("20.00"),
}
# The cells that are not empty: (R, F, M): (segment code, customers, revenue).
SEGMENTATION_POS_CELLS = {
    (1, 1, 3): ("R2F2M3", {"fay"}, gbp("40.00")),
    (3, 1, 1): ("R5F1M1", {"cleo"}, gbp("-40.00")),
    (3, 3, 3): ("R4F4M4", {"dan"}, gbp("60.00")),
    (4, 1, 1): ("R5F1M1", {"jon", "kim"}, gbp("30.00")),
    (4, 3, 5): ("R4F4M4", {"gil"}, gbp("250.00")),
    (5, 5, 4): ("R5F5M5", {"ada"}, gbp("82.00")),
}
# High L >= 5.6, Medium L >= 1.4. Before: n = 2, Gil L 1 Medium (5 < 8), Fay L 0 Low.
SEGMENTATION_VALUE = {
    "method": "VALUE",
    "scheme": None,
    "totalCustomers": 7,
    "activeCustomers": 7,
    "totalRevenue": gbp("422.00"),
    "insights": {
        "highestRevenueSegment": "High",
        "largestSegment": "Medium",  # 3 like Low, first in table order
        "fastestGrowingSegment": None,  # a tie at 200 %, and no list
        "needsAttention": None,
    },
    "segments": [
        segment("High", "HIGH", {"gil"}, "250.00", _ALL, "125.00", (21, 2, "250.00")),
        # 60 + 82 + 40 by 7 orders; (41 + 0 + 84) / 3
        segment("Medium", "MEDIUM", {"ada", "dan", "fay"}, "182.00", _ALL, "26.00", (125 / 3, 7 / 3, "60.67"), 200.0),
        segment("Low", "LOW", {"cleo", "jon", "kim"}, "-10.00", _ALL, "-3.33", (103 / 3, 1, "-3.33"), 200.0),
    ],
    "cutPoints": [],
    "cells": [],
    "refundsOutsidePopulation": gbp("20.00"),
}
# All history without Eve, n = 9: VIP L >= 7.2, so Gil (8) and not Ada (7). Jon and Kim began 26 days ago: New.
# Ben (429 days) and Ian (463): At-Risk. Fay (84) is Regular.
_EVER = (9, "939.00")
SEGMENTATION_TIER = {
    "method": "TIER",
    "totalCustomers": 9,
    "activeCustomers": 7,
    "totalRevenue": gbp("939.00"),
    "insights": {
        "highestRevenueSegment": "VIP",
        "largestSegment": "Regular",
        "fastestGrowingSegment": None,
        "needsAttention": "At-Risk",
    },
    "segments": [
        segment("VIP", "VIP", {"gil"}, "530.00", _EVER, "132.50", (21, 4, "530.00")),
        # 162 - 10 + 112 + 75 by 8 + 2 + 3 + 4 orders; (0 + 51 + 41 + 84) / 4
        segment("Regular", "REGULAR", {"ada", "cleo", "dan", "fay"}, "339.00", _EVER, "19.94", (44, 17 / 4, "84.75")),
        segment("At-Risk", "AT_RISK", {"ben", "ian"}, "40.00", _EVER, "20.00", (446, 1, "20.00")),
        segment("New", "NEW", {"jon", "kim"}, "30.00", _EVER, "15.00", (26, 1, "15.00")),
    ],
    "refundsOutsidePopulation": gbp("20.00"),
}
# Everyone but Eve, money of the window. Gil owes 30 + 70 (s13) + 120 (s27) - 10 = 210 of 300: 70 % is High.
# Dan 15 of 50: 30 % is Moderate. Cleo 25 of 20. Ada 0 of 100. Hal's refund of 12 is inside now: 422 - 12.
_CREDIT = (11, "410.00")
SEGMENTATION_CREDIT = {
    "method": "CREDIT",
    "totalCustomers": 11,
    "activeCustomers": 7,
    "totalRevenue": gbp("410.00"),
    "insights": {
        "highestRevenueSegment": "High",
        "largestSegment": "No Credit",
        "fastestGrowingSegment": None,
        "needsAttention": "Over Limit",
    },
    "segments": [
        segment("High", "HIGH", {"gil"}, "250.00", _CREDIT, "125.00", (21, 2, "250.00"), **credit(70.0, "210.00")),
        segment("Low", "LOW", {"ada"}, "82.00", _CREDIT, "20.50", (0, 4, "82.00"), **credit(0.0, "0.00")),
        segment("Moderate", "MODERATE", {"dan"}, "60.00", _CREDIT, "30.00", (41, 2, "60.00"), **credit(30.0, "15.00")),
        # Fay 40, Jon 15, Kim 15, Hal -12; three orders; (84 + 26 + 26) / 3; 58 / 7
        segment(
            "No Credit",
            "NO_CREDIT",
            {"ben", "fay", "hal", "ian", "jon", "kim", "leo"},
            "58.00",
            _CREDIT,
            "19.33",
            (136 / 3, 3 / 7, "8.29"),
            **credit(None, "0.00"),
        ),
        segment(
            "Over Limit",
            "OVER_LIMIT",
            {"cleo"},
            "-40.00",
            _CREDIT,
            "-40.00",
            (51, 1, "-40.00"),
            **credit(125.0, "25.00"),
        ),
    ],
    "refundsOutsidePopulation": gbp("8.00"),
}
# Spend: Ada Coffee 20, Ware 60, Tea 10, none 2: Ware is over half of 92. Fay Ware 20 of 40: exactly half.
# Dan 20 of each of three: Mixed. Gil, Jon, Kim Coffee; Cleo Tea. Before: Gil and Fay (10 of 15) Coffee: 2 -> 3.
SEGMENTATION_BEHAVIOR = {
    "method": "BEHAVIOR",
    "totalCustomers": 7,
    "activeCustomers": 7,
    "totalRevenue": gbp("422.00"),
    "insights": {
        "highestRevenueSegment": "Coffee",
        "largestSegment": "Coffee",
        "fastestGrowingSegment": "Coffee",
        "needsAttention": None,
    },
    "segments": [
        # s17 s27 by phone and transfer, s25 s26 in a store by card: (?) both ties go to the first in the alphabet
        segment(
            "Coffee",
            "COFFEE",
            {"gil", "jon", "kim"},
            "280.00",
            _ALL,
            "70.00",
            (73 / 3, 4 / 3, "93.33"),
            50.0,
            **preferred("Coffee", "high", "PHONE", "THURSDAY", "BANK_TRANSFER", 12),
        ),
        # s16 s18 in October, s29 s31 in December: the lower month; s16 and s31 on a Tuesday
        segment(
            "Ware",
            "WARE",
            {"ada", "fay"},
            "122.00",
            _ALL,
            "24.40",
            (42, 5 / 2, "61.00"),
            **preferred("Ware", "high", "STORE", "TUESDAY", "CARD", 10),
        ),
        # (?) three categories tie; Tuesday s20 and Wednesday s22 tie
        segment(
            "Mixed",
            "MIXED",
            {"dan"},
            "60.00",
            _ALL,
            "30.00",
            (41, 2, "60.00"),
            **preferred("Coffee", "high", "STORE", "TUESDAY", "CARD", 11),
        ),
        segment(
            "Tea",
            "TEA",
            {"cleo"},
            "-40.00",
            _ALL,
            "-40.00",
            (51, 1, "-40.00"),
            **preferred("Tea", "market", "STORE", "SUNDAY", "CASH", 11),
        ),
    ],
    "refundsOutsidePopulation": gbp("20.00"),
}

# ---------------------------------------------------------------- segmentMigration and segmentationTrend
# There is no includeInactive, so Eve (20, 1 order, 31 days) is in: n = 8, L >= 2, 4, 5, 7.
# F: L 0 -> 1, L 5 (Gil, Dan) -> 4, L 7 (Ada) -> 5.
# M: -40: 0, 15: 1, 20: 3, 40: 4, 60: 5, 82: 6, 250: 7 -> 1 1 2 3 4 4 5.
# Gil is 445 now: Champions; Dan 344 Loyal; Ada 554 Champions; Eve 412 New; the others as before.
MIGRATION = {  # from 2024-10-02 to 2024-12-31, POS, 90 days
    "moves": [
        move(None, "R4F4M4", {"dan"}, "60.00"),
        move(None, "R5F1M1", {"cleo", "eve", "jon", "kim"}, "10.00"),  # -40 + 20 + 15 + 15
        move(None, "R5F5M5", {"ada"}, "82.00"),
        move("R4F2M3", "R2F2M3", {"fay"}, "40.00"),
        move("R4F4M4", "R5F5M5", {"gil"}, "250.00"),
    ]
}
# 2024-07-15: Ada 5 + 5 with 2 orders, 14 days; Gil 180, 1 order, 86 days; n = 2: L 1 -> 3, L 0 -> 1.
# Ada 531: Potential Loyalists is 1 away; Gil 113: At Risk. 2024-10-02: Gil Loyal, Fay Potential, Ada gone (10 then).
MIGRATION_WITH_A_LEAVER = {  # from 2024-07-15 to 2024-10-02, POS, 90 days
    "moves": [
        move(None, "R4F2M3", {"fay"}, "15.00"),
        move("R2F2M3", "R4F4M4", {"gil"}, "100.00"),
        move("R4F2M3", None, {"ada"}, "10.00"),
    ]
}
# 2024-09-30: Gil 46 days, 333 Loyal; Fay 5 days, 531 Potential. 2024-12-31: as in MIGRATION.
TREND = {  # from 2024-08-20 to 2024-12-31, every QUARTER, POS, 90 days; empty segments left out here
    "2024-09-30": {"R4F4M4": (1, gbp("100.00")), "R4F2M3": (1, gbp("15.00"))},
    "2024-12-31": {
        "R5F5M5": (2, gbp("332.00")),
        "R4F4M4": (1, gbp("60.00")),
        "R2F2M3": (1, gbp("40.00")),
        "R5F1M1": (4, gbp("10.00")),
    },
}

# ---------------------------------------------------------------- purchasePatterns, 2024-10-03..2024-12-31
# s16-s22, s24-s27, s29-s31: 14 sales of 514.52, one of them (s30) anonymous and without an hour; 54.25 items.
# Refunds: r2 8 (Saturday 9 h), r3 12 (Tuesday, hour unknown), r4 45 (Wednesday 14 h), r5 10 (Tuesday 15 h).
PATTERNS = {
    "period": {"start": "2024-10-03", "end": "2024-12-31", "days": 90, "complete": False},
    "summary": {
        "totalTransactions": 14,
        "uniqueCustomers": 8,
        "revenue": gbp("439.52"),
        "anonymousTransactions": 1,
        "avgBasketSize": gbp("36.75"),  # 514.52 / 14 = 36.7514
        "avgItemsPerTransaction": 54.25 / 14,
        "transactionsPerCustomer": 13 / 8,
        "mostPopularPaymentMethod": "CARD",
        "busiestDay": "TUESDAY",
        "busiestHour": 9,  # 9, 10, 11, 17 and 18 have two each
    },
    # with PREVIOUS_PERIOD: 2024-07-05..2024-10-02, s13 s14 s15: Thursday 13 h, Friday 12 h, Wednesday 10 h
    "previous": {
        "totalTransactions": 3,
        "uniqueCustomers": 2,
        "revenue": gbp("135.00"),
        "anonymousTransactions": 1,
        "avgBasketSize": gbp("45.00"),
        "avgItemsPerTransaction": 13 / 3,
        "transactionsPerCustomer": 1.0,
        "mostPopularPaymentMethod": "BANK_TRANSFER",  # (?) four methods, one each: the first in the alphabet
        "busiestDay": "WEDNESDAY",
        "busiestHour": 10,
    },
    "frequency": {
        "daily": 14 / 90,
        "weekly": 14 / 90 * 7,
        "monthly": 14 / 90 * 30.4375,
        "avgDaysBetweenPurchases": 124 / 5,  # Ada 24 + 30 + 11, Dan 8, Gil 51
    },
    "baskets": baskets(14, {0: (12, 29.25 / 12), 100: (2, 12.5)}),  # s17 is exactly 100
    "byWeekdayHour": weekday_hours(
        14,
        {
            ("TUESDAY", 9): (1, "10.00"),  # s31
            ("TUESDAY", 10): (1, "40.00"),  # s20
            ("TUESDAY", 15): (0, "-10.00"),  # r5
            ("TUESDAY", 16): (1, "150.00"),  # s27
            ("TUESDAY", 17): (1, "40.00"),  # s16
            ("WEDNESDAY", 9): (1, "40.00"),  # s21
            ("WEDNESDAY", 12): (1, "20.00"),  # s22
            ("WEDNESDAY", 14): (0, "-45.00"),  # r4
            ("THURSDAY", 18): (2, "30.00"),  # s25 s26
            ("FRIDAY", 10): (1, "22.00"),  # s29
            ("SATURDAY", 9): (0, "-8.00"),  # r2
            ("SATURDAY", 17): (1, "20.00"),  # s24
            ("SUNDAY", 1): (1, "20.00"),  # s18
            ("SUNDAY", 11): (2, "105.00"),  # s17 s19
        },
    ),
    "byWeekday": time_buckets(
        range(1, 8),
        14,
        {
            2: (5, "235.52"),  # s16 40, s20 40, s27 150, s30 17.52, s31 10, less 12 and 10
            3: (2, "15.00"),  # s21 40, s22 20, less 45
            4: (2, "30.00"),
            5: (1, "22.00"),
            6: (1, "12.00"),  # s24 20 less 8
            7: (3, "125.00"),
        },
    ),
    "byHour": time_buckets(
        range(24),
        14,  # (?) of all transactions, though s30 has no hour
        {
            1: (1, "20.00"),
            9: (2, "42.00"),  # 40 + 10 - 8
            10: (2, "62.00"),
            11: (2, "105.00"),
            12: (1, "20.00"),
            14: (0, "-45.00"),
            15: (0, "-10.00"),
            16: (1, "150.00"),
            17: (2, "60.00"),
            18: (2, "30.00"),
        },
    ),
    "byMonth": time_buckets(range(1, 13), 14, {10: (3, "140.00"), 11: (5, "80.00"), 12: (6, "219.52")}),
    # 2023-09-20..2024-12-31: 469 days, NET 1091.52 - 95 = 996.52. Days: Sep 11 + 30, Oct 62, Nov 60, Dec 62, Feb 29.
    "seasonality": seasons(
        {
            1: 50 / 31 * 469 / 996.52,
            2: 0.0,  # 20 - r1 20
            4: 200 / 30 * 469 / 996.52,
            6: 5 / 30 * 469 / 996.52,
            7: 5 / 31 * 469 / 996.52,
            8: 100 / 31 * 469 / 996.52,
            9: 107 / 41 * 469 / 996.52,  # 52 + 20 + 20 + 15
            10: 200 / 62 * 469 / 996.52,  # 40 + 20 + 140
            11: 80 / 60 * 469 / 996.52,
            12: 249.52 / 62 * 469 / 996.52,  # 30 + 219.52
        }
    ),
    "series": [
        point("2024-10-03", "2024-10-31", 3, 3, "140.00"),  # 160 - 8 - 12
        point("2024-11-01", "2024-11-30", 5, 4, "80.00"),  # 125 - 45
        point("2024-12-01", "2024-12-31", 6, 4, "219.52", complete=False),  # 229.52 - 10
    ],
    "paymentMethods": [
        payment("CARD", 8, 14, "21.50"),  # 20 + 40 + 40 + 20 + 15 + 15 + 12 + 10 = 172
        payment("CASH", 4, 14, "20.63"),  # 40 + 5 + 20 + 17.52
        payment("BANK_TRANSFER", 2, 14, "90.00"),  # 120 + 60, as paid
        payment("VOUCHER", 1, 14, "10.00"),
    ],
    "categories": [
        category("Coffee", 9, 14, "38.06", "342.52"),  # 10 100 20 20 20 10 10 150 2.52
        category("Ware", 4, 14, "25.00", "100.00"),  # 20 20 40 20
        category("Tea", 8, 14, "8.75", "70.00"),  # 10 5 20 5 5 0 15 10
        category("Uncategorised", 1, 14, "2.00", "2.00"),
    ],
}
# Profit of the sales: 10 40 8 3 8 15 12 8 7 7 60 0.50 10 6 = 194.50, less 6 of r5; mugs have none.
PATTERNS_MARGIN = {
    "summary": {"revenue": gbp("188.50"), "avgBasketSize": gbp("36.75"), "totalTransactions": 14},
    "byWeekday": time_buckets(
        range(1, 8),
        14,
        {2: (5, "88.00"), 3: (2, "27.00"), 4: (2, "14.00"), 5: (1, "0.50"), 6: (1, "8.00"), 7: (3, "51.00")},
    ),
    "series": [
        point("2024-10-03", "2024-10-31", 3, 3, "58.00"),
        point("2024-11-01", "2024-11-30", 5, 4, "46.00"),
        point("2024-12-01", "2024-12-31", 6, 4, "84.50", complete=False),
    ],
    "categories": [
        category("Coffee", 9, 14, "15.22", "137.00"),
        category("Tea", 8, 14, "5.19", "41.50"),  # 6 3 12 3 3 -0.50 9 6; 5.1875
        category("Ware", 4, 14, "3.75", "15.00"),
        category("Uncategorised", 1, 14, "1.00", "1.00"),
    ],
}
# 2024-12-04..2024-12-31 in weeks from Sunday.
PATTERNS_WEEKLY_SERIES = [
    point("2024-12-04", "2024-12-07", 2, 2, "30.00"),  # s25 s26
    point("2024-12-08", "2024-12-14", 1, 1, "150.00"),  # s27
    point("2024-12-15", "2024-12-21", 1, 1, "22.00"),  # s29
    point("2024-12-22", "2024-12-28", 1, 0, "17.52"),  # s30
    point("2024-12-29", "2024-12-31", 1, 1, "0.00", complete=False),  # s31 - r5
]
# Ada in 2024: s11 5 (Sunday 23 h), s12 5 (Monday 0 h), s18 20, s21 40, s29 22, s31 10; r5 10.
PATTERNS_OF_ADA = {  # 2024-01-01..2024-12-31
    "period": {"start": "2024-01-01", "end": "2024-12-31", "days": 366, "complete": False},
    "summary": {
        "totalTransactions": 6,
        "uniqueCustomers": 1,
        "revenue": gbp("92.00"),
        "anonymousTransactions": 0,
        "avgBasketSize": gbp("17.00"),
        "avgItemsPerTransaction": 10 / 6,
        "transactionsPerCustomer": 6.0,
        "mostPopularPaymentMethod": "CARD",
        "busiestDay": "SUNDAY",
        "busiestHour": 9,
    },
    "frequency": {
        "daily": 6 / 366,
        "weekly": 6 / 366 * 7,
        "monthly": 6 / 366 * 30.4375,
        "avgDaysBetweenPurchases": 184 / 5,  # 1 + 118 + 24 + 30 + 11
    },
    "baskets": baskets(6, {0: (6, 10 / 6)}),
    "byWeekdayHour": weekday_hours(
        6,
        {
            ("MONDAY", 0): (1, "5.00"),
            ("TUESDAY", 9): (1, "10.00"),
            ("TUESDAY", 15): (0, "-10.00"),
            ("WEDNESDAY", 9): (1, "40.00"),
            ("FRIDAY", 10): (1, "22.00"),
            ("SUNDAY", 1): (1, "20.00"),
            ("SUNDAY", 23): (1, "5.00"),
        },
    ),
    "byWeekday": time_buckets(
        range(1, 8), 6, {1: (1, "5.00"), 2: (1, "0.00"), 3: (1, "40.00"), 5: (1, "22.00"), 7: (2, "25.00")}
    ),
    "byHour": time_buckets(
        range(24),
        6,
        {0: (1, "5.00"), 1: (1, "20.00"), 9: (2, "50.00"), 10: (1, "22.00"), 15: (0, "-10.00"), 23: (1, "5.00")},
    ),
    "byMonth": time_buckets(
        range(1, 13),
        6,
        {6: (1, "5.00"), 7: (1, "5.00"), 10: (1, "20.00"), 11: (1, "40.00"), 12: (2, "22.00")},
    ),
    # from her first sale, 2023-10-05: 454 days, NET 162; October has 27 + 31 days
    "seasonality": seasons(
        {
            6: 5 / 30 * 454 / 162,
            7: 5 / 31 * 454 / 162,
            10: 60 / 58 * 454 / 162,
            11: 40 / 60 * 454 / 162,
            12: 52 / 62 * 454 / 162,
        }
    ),
    "series": months_of_2024(
        {
            6: (1, 1, "5.00"),
            7: (1, 1, "5.00"),
            10: (1, 1, "20.00"),
            11: (1, 1, "40.00"),
            12: (2, 1, "22.00"),
        }
    ),
    "paymentMethods": [payment("CARD", 6, 6, "15.33"), payment("VOUCHER", 1, 6, "10.00")],  # 92 / 6
    "categories": [
        category("Ware", 2, 6, "30.00", "60.00"),
        category("Coffee", 1, 6, "20.00", "20.00"),
        category("Tea", 4, 6, "5.00", "20.00"),
        category("Uncategorised", 1, 6, "2.00", "2.00"),
    ],
}

# ---------------------------------------------------------------- categoryAffinity, the same 14 transactions
# Coffee 9, Tea 8, Ware 4, none 1. Together: Coffee Tea 4 (s16 s25 s26 s30), Coffee Ware 2 (s16 s20),
# Tea Ware 2 (s16 s29), none with Ware and with Tea 1 (s29). Lifts 7/9 tie: support decides.
AFFINITY = {
    "pairs": [
        pair("Uncategorised", "Ware", 1, 1, 4),
        pair("Ware", "Uncategorised", 1, 4, 1),
        pair("Tea", "Uncategorised", 1, 8, 1),
        pair("Uncategorised", "Tea", 1, 1, 8),
        pair("Tea", "Ware", 2, 8, 4),
        pair("Ware", "Tea", 2, 4, 8),
        pair("Coffee", "Tea", 4, 9, 8),
        pair("Tea", "Coffee", 4, 8, 9),
        pair("Coffee", "Ware", 2, 9, 4),
        pair("Ware", "Coffee", 2, 4, 9),
    ]
}
# (?) over all 29 sales: Tea is in 14, Coffee in 17, Ware in 9, none in 2. Ben bought Tea. From Tea, lift · confidence:
# none 2·29/28 · 2/14 = 0.296, Coffee 5·29/238 · 5/14 = 0.218, Ware 3·29/126 · 3/14 = 0.148.
RECOMMENDATIONS_FOR_BEN = [
    {"category": "Uncategorised", "pair": ("Tea", "Uncategorised"), "score": 1.0},
    {"category": "Coffee", "pair": ("Tea", "Coffee"), "score": 2 / 3},
    {"category": "Ware", "pair": ("Tea", "Ware"), "score": 1 / 3},
]

# ---------------------------------------------------------------- retention, 2024-01-01..2024-12-31, 90 days
# Active on 2023-12-31 (since 10-03): Ada, Ben. On 2024-12-31 (since 10-03): all but Ben and Ian.
# Second purchases after: Fay 0, Ada 76, Gil 117, Eve 232, Cleo 305, Dan 419 days;
# censored: Jon and Kim at 26, Ben 429, Ian 463.
# S: 9/10 (0), · 6/7 (76), · 5/6 (117), · 4/5 (232) = 0.514, · 3/4 (305) = 0.386.
RETENTION = {
    "period": {"start": "2024-01-01", "end": "2024-12-31", "days": 366, "complete": False},
    "summary": {
        "totalCustomers": 10,
        "customersAtStart": 2,
        "customersAtEnd": 8,
        "activeCustomers": 8,
        "retainedCustomers": 1,  # Ada
        "churnedCustomers": 1,  # Ben
        "newCustomers": 6,  # Cleo Eve Fay Gil Jon Kim
        "acquiredCustomers": 6,
        "lapsedNewCustomers": 0,
        "returningCustomers": 2,
        "reactivatedCustomers": 1,  # Dan
        "retentionRate": 50.0,
        "netRetentionRate": 100.0,
        "churnRate": 50.0,
        "repeatPurchaseRate": 60.0,
        "winBackRate": 50.0,  # Dan of Dan and Ian
        "avgCustomerLifespanDays": 187.3,  # (453 + 305 + 427 + 232 + 222 + 234) / 10
    },
    # with PREVIOUS_PERIOD: 2022-12-31..2023-12-31
    "previous": {
        "totalCustomers": 4,
        "customersAtStart": 0,
        "customersAtEnd": 2,
        "activeCustomers": 2,
        "retainedCustomers": 0,
        "churnedCustomers": 0,
        "newCustomers": 2,
        "acquiredCustomers": 4,
        "lapsedNewCustomers": 2,  # Dan, Ian
        "returningCustomers": 0,
        "reactivatedCustomers": 0,
        "retentionRate": None,
        "netRetentionRate": None,
        "churnRate": None,
        "repeatPurchaseRate": 25.0,  # Ada
        "winBackRate": None,
        "avgCustomerLifespanDays": 76 / 4,
    },
    "trends": [
        trend("2024-01", "2024-01-01", (2, 1, 1, 0, 1, 2)),  # Ada Ben -> Ada Cleo
        trend("2024-02", "2024-02-01", (2, 1, 1, 0, 0, 3)),  # Ada Cleo Fay
        trend("2024-03", "2024-03-01", (3, 0, 0, 0, 1, 2)),  # Cleo Fay
        trend("2024-04", "2024-04-01", (2, 2, 2, 0, 1, 3)),  # Fay Eve Gil
        trend("2024-05", "2024-05-01", (3, 0, 0, 0, 1, 2)),  # Eve Gil: 02-29 is 92 days ago
        trend("2024-06", "2024-06-01", (2, 0, 0, 1, 0, 3)),  # Eve Gil Ada
        trend("2024-07", "2024-07-01", (3, 0, 0, 0, 2, 1)),  # Ada
        trend("2024-08", "2024-08-01", (1, 0, 0, 1, 0, 2)),  # Ada Gil
        trend("2024-09", "2024-09-01", (2, 0, 0, 1, 1, 2)),  # Gil Fay: 07-01 is 91 days ago
        trend("2024-10", "2024-10-01", (2, 0, 0, 1, 0, 3)),  # Gil Fay Ada
        trend("2024-11", "2024-11-01", (3, 0, 0, 3, 0, 6)),  # and Cleo Dan Eve
        trend("2024-12", "2024-12-01", (6, 2, 2, 0, 0, 8), complete=False),  # and Jon Kim
    ],
    "repeatPurchases": {
        "oneTimeBuyers": 4,
        "repeatBuyers": 6,
        "repeatRate": 60.0,
        "avgPurchasesPerCustomer": 2.7,  # 27 sales
        "medianDaysToSecondPurchase": 305.0,
    },
}
TRENDS_BY_QUARTER = [
    trend("2024-Q1", "2024-01-01", (2, 2, 2, 0, 2, 2)),  # Ada Ben -> Cleo Fay
    trend("2024-Q2", "2024-04-01", (2, 2, 2, 1, 2, 3)),  # -> Eve Gil Ada
    trend("2024-Q3", "2024-07-01", (3, 0, 0, 1, 2, 2)),  # -> Gil Fay
    trend("2024-Q4", "2024-10-01", (2, 2, 2, 4, 0, 8), complete=False),
]
# Revenue by month: Ada 40, 30 (k 2), 5 (k 8), 5 (k 9), 20 (k 12), 40 (k 13), 22 + 10 - 10 (k 14), Ben 20.
# Dan 52, Ian 20; Dan 60 (k 14). Cleo 50, -20 (k 1), 5 - 45 (k 10). Fay 20, 15 (k 7), 40 (k 8).
# Eve 20 + Gil 180; Gil 100 (k 4), 100 (k 6), Eve 20 (k 7), Gil 150 (k 8). Jon and Kim 30.
_REVENUE = {
    (2023, 9): ({"dan", "ian"}, 1, {0: "72.00", 14: "60.00"}, ["36.00", "66.00"]),
    (2023, 10): (
        {"ada", "ben"},
        1,
        {0: "60.00", 2: "30.00", 8: "5.00", 9: "5.00", 12: "20.00", 13: "40.00", 14: "22.00"},
        ["30.00", "45.00", "47.50", "50.00", "60.00", "80.00", "91.00"],
    ),
    (2024, 1): ({"cleo"}, 1, {0: "50.00", 1: "-20.00", 10: "-40.00"}, ["50.00", "30.00", "-10.00"]),
    (2024, 2): ({"fay"}, 1, {0: "20.00", 7: "15.00", 8: "40.00"}, ["20.00", "35.00", "75.00"]),
    (2024, 4): (
        {"eve", "gil"},
        2,
        {0: "200.00", 4: "100.00", 6: "100.00", 7: "20.00", 8: "150.00"},
        ["100.00", "150.00", "200.00", "210.00", "285.00"],
    ),
    (2024, 12): ({"jon", "kim"}, 2, {0: "30.00"}, ["15.00"]),
}
_ON = {
    (2023, 9): [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    (2023, 10): [2, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1],
    (2024, 1): [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    (2024, 2): [1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0],
    (2024, 4): [2, 0, 0, 0, 1, 0, 1, 1, 1],
    (2024, 12): [2],
}
_ON_OR_AFTER = {
    (2023, 9): [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
    (2023, 10): [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    (2024, 1): [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
    (2024, 2): [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0],
    (2024, 4): [2, 2, 2, 2, 2, 2, 2, 2, 1],  # Eve's last purchase is in k 7
    (2024, 12): [2],
}
COHORTS_ON = month_cohorts(
    {key: (ids, active, _ON[key], revenue, steps) for key, (ids, active, revenue, steps) in _REVENUE.items()}
)
COHORTS_ON_OR_AFTER = month_cohorts(
    {key: (ids, active, _ON_OR_AFTER[key], revenue, steps) for key, (ids, active, revenue, steps) in _REVENUE.items()}
)
_QUARTERS = ["2023-07-01", "2023-10-01", "2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"]
COHORTS_BY_QUARTER_ON = [
    cohort(
        "2023-Q3",
        "2023-07-01",
        {"dan", "ian"},
        1,
        cells(_QUARTERS, 2, [2, 0, 0, 0, 0, 1], {0: "72.00", 5: "60.00"}, ["36.00", "66.00"]),
    ),
    cohort(
        "2023-Q4",
        "2023-10-01",
        {"ada", "ben"},
        1,
        cells(
            _QUARTERS[1:],
            2,
            [2, 0, 1, 1, 1],
            {0: "90.00", 2: "5.00", 3: "5.00", 4: "82.00"},
            ["45.00", "47.50", "50.00", "91.00"],
        ),
    ),
    # Cleo 50 - 20 and 5 - 45, Fay 20, 15, 40: in k 3 they cancel out
    cohort(
        "2024-Q1",
        "2024-01-01",
        {"cleo", "fay"},
        2,
        cells(_QUARTERS[2:], 2, [2, 0, 1, 2], {0: "50.00", 2: "15.00"}, ["25.00", "32.50"]),
    ),
    cohort(
        "2024-Q2",
        "2024-04-01",
        {"eve", "gil"},
        2,
        cells(
            _QUARTERS[3:],
            2,
            [2, 1, 2],
            {0: "200.00", 1: "100.00", 2: "270.00"},
            ["100.00", "150.00", "285.00"],
        ),
    ),
    cohort("2024-Q3", "2024-07-01", set(), 0, cells(_QUARTERS[4:], 0, [0, 0], {}, [])),
    cohort("2024-Q4", "2024-10-01", {"jon", "kim"}, 2, cells(_QUARTERS[5:], 2, [2], {0: "30.00"}, ["15.00"])),
]

# ---------------------------------------------------------------- acquisition, 2024-01-01..2024-12-31
# joinedOn: given for Cleo 01-05 and Gil 02-01 (and Ada, in 2023); first purchase of Eve, Fay, Jon, Kim; creation of
# Hal and Leo. (?) "Unknown" where nothing is known.
ACQUISITION = {
    "totalNew": 8,
    "bySource": [
        source("ad", {"cleo", "eve", "jon"}, "45.00", "15.00"),  # -10 + 40 + 15
        source("Unknown", {"fay", "leo"}, "75.00", "37.50"),
        source("fair", {"gil"}, "530.00", "530.00"),
        source("friend", {"kim"}, "15.00", "15.00"),
        source("store", {"hal"}, "-12.00", "-12.00"),
    ],
    "byCampaign": [
        source("Unknown", {"eve", "fay", "hal", "leo"}, "103.00", "25.75"),  # 40 + 75 - 12 + 0
        source("xmas", {"jon", "kim"}, "30.00", "15.00"),
        source("fair-2024", {"gil"}, "530.00", "530.00"),
        source("spring", {"cleo"}, "-10.00", "-10.00"),
    ],
    "referrals": 1,  # Kim; Dan came in 2023
    "customerIds": {"cleo", "eve", "fay", "gil", "hal", "jon", "kim", "leo"},
}

# ---------------------------------------------------------------- receivablesAging and dataQuality
RECEIVABLES = {
    "total": gbp("190.00"),
    "current": NIL,
    "days1To30": gbp("120.00"),  # s27, 21 days: 150 + 30 - 60
    "days31To60": NIL,
    "days61To90": NIL,
    "over90": gbp("70.00"),  # s13, 138 days: 100 + 20 - 50, the CREDIT of 70 is not settled
    "customerIds": {"gil"},
}
DATA_QUALITY = {
    "customers": 12,
    "sales": 29,  # (?) counted ones: 31 less the PENDING and the CANCELLED one
    "firstBusinessDate": "2023-09-20",
    "lastBusinessDate": "2024-12-31",
    "anonymousSalesShare": 100 * 2 / 29,
    "costCoverage": 100 * 951.52 / 1111.52,  # 8 mugs of 20 have no cost
    "unlinkedRefunds": 2,
    "possibleDuplicates": 2,  # Hal and Leo
}
OUTSTANDING_BALANCES = {"cleo": gbp("25.00"), "dan": gbp("15.00"), "gil": gbp("210.00")}  # of all others 0
