"""How large an amount or a quantity in a file may be and still be one."""

MOST_UNITS = 10**12  # of an amount of money, in units of its currency
MOST_QUANTITY = 10**9
