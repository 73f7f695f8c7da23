"""A till by the book: sales, payments, refunds, voids and assignments, written from the definitions of sales alone.

Money is integer minor units. What is refused raises `Refused` with the name of the refusal, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction


class Refused(Exception):
    """What is refused, by the name of the refusal."""


@dataclass
class Line:
    """What is left of a line: the net and the quantity of the formula, and what refunds by items took of both since."""

    net: int
    quantity: int
    taken: int = 0
    back: int = 0


@dataclass
class Refund:
    """A refund: its goods, tax, what it settled and what it paid out."""

    amount: int
    tax: int
    settled: int
    paid_out: int
    method: str | None


@dataclass
class Sale:
    """A sale."""

    customer: str | None
    status: str
    total: int
    tax: int
    lines: list[Line]
    payments: list[tuple[str, int]] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def refunded(self) -> int:
        """The goods given back."""
        return sum(refund.amount for refund in self.refunds)

    @property
    def paid(self) -> int:
        """What was paid, other than on account."""
        return sum(amount for method, amount in self.payments if method != "CREDIT")

    @property
    def rest(self) -> int:
        """What is still to be paid."""
        gone = sum(refund.settled + refund.paid_out for refund in self.refunds)
        return max(self.total + self.tax - self.paid - gone, 0) if self.status in ("PARTIAL", "PENDING") else 0


def rounded(value: Fraction) -> int:
    """Half-even."""
    return int((Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1), ROUND_HALF_EVEN))


def shared(amount: int, weights: list[int]) -> list[int]:
    """By largest remainder, ties to the earlier one."""
    whole = sum(weights)
    exact = [Fraction(amount * weight, whole) if whole else Fraction(0) for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(weights)), key=lambda place: (parts[place] - exact[place], place))
    for place in order[: amount - sum(parts)]:
        parts[place] += 1
    return parts


class Till:
    """All sales, and what customers paid on account."""

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits
        self.on_account = dict.fromkeys(limits, 0)
        self.sales: list[Sale] = []

    def balance(self, customer: str) -> int:
        """What a customer owes."""
        rests = sum(s.rest for s in self.sales if s.customer == customer and s.status == "PARTIAL")
        return rests - self.on_account[customer]

    def record(
        self,
        customer: str | None,
        lines: list[tuple[int, int]],
        discount: int,
        tax: int,
        paid: dict[str, int],
        status: str,
    ) -> Sale:
        """Record a sale of (quantity, price); a quantity is in pieces, and asked PENDING it takes no payments."""
        totals = [quantity * price for quantity, price in lines]
        if discount > sum(totals):
            raise Refused("InvalidInput")
        off = shared(discount, totals)
        nets = [Line(total - less, quantity) for total, less, (quantity, _) in zip(totals, off, lines, strict=True)]
        sale = Sale(customer, "PENDING", sum(line.net for line in nets), tax, nets, list(paid.items()))
        if sum(paid.values()) > sale.total + tax:
            raise Refused("TooMuchPaid")
        if status != "PENDING":
            self._begin(sale, "InvalidInput")
        self.sales.append(sale)
        return sale

    def _begin(self, sale: Sale, nobody: str) -> None:
        rest = sale.total + sale.tax - sale.paid
        if rest and sale.customer is None:
            raise Refused(nobody)
        if rest and self.balance(sale.customer or "") + rest > self.limits[sale.customer or ""]:
            raise Refused("CreditLimitExceeded")
        sale.status = "PARTIAL" if rest else "COMPLETED"

    def pay(self, sale: Sale, amount: int) -> None:
        """Pay for a sale in cash."""
        if sale.status == "CANCELLED":
            raise Refused("WrongStatus")
        if amount > sale.rest:
            raise Refused("TooMuchPaid")
        if sale.status == "PENDING":
            trial = replace(sale, payments=[*sale.payments, ("CASH", amount)])
            self._begin(trial, "InvalidInput")
            sale.status = trial.status
        sale.payments.append(("CASH", amount))
        if sale.status == "PARTIAL" and not sale.rest:
            sale.status = "COMPLETED"

    def update(self, sale: Sale, status: str) -> None:
        """Bring a sale to another status."""
        if status == sale.status:
            return
        if sale.status == "PENDING" and status == "CANCELLED":
            sale.status = status
        elif sale.status == "PENDING" and status in ("COMPLETED", "PARTIAL"):
            self._begin(sale, "InvalidInput")
        elif not (sale.status == "PARTIAL" and status == "COMPLETED" and not sale.rest):
            raise Refused("WrongStatus")
        else:
            sale.status = status

    def refund(self, sale: Sale, items: dict[int, int] | None, amount: int | None, method: str | None) -> Refund:
        """Give back quantities of lines by place, an amount, or all that is left."""
        if sale.status not in ("COMPLETED", "PARTIAL", "REFUNDED"):
            raise Refused("WrongStatus")
        left, lines, wanted = sale.total - sale.refunded, sale.lines, (items or {}).items()
        if left <= 0 or any(count > lines[place].quantity - lines[place].back for place, count in wanted):
            raise Refused("RefundTooLarge")
        if amount is not None and amount > left:
            raise Refused("RefundTooLarge")
        taken = {
            place: rounded(Fraction(lines[place].net * (lines[place].back + count), lines[place].quantity))
            - lines[place].taken
            for place, count in wanted
        }
        come = sum(taken.values()) if items else amount if amount is not None else left
        if not come or (items and amount is not None and come != amount):
            raise Refused("InvalidInput")
        back = self._money(sale, come, method)
        if items:
            for place, count in items.items():
                lines[place].taken += taken[place]
                lines[place].back += count
        else:
            parts = shared(come, [line.net - line.taken for line in lines])
            for line, part in zip(lines, parts, strict=True):
                line.net, line.quantity = line.net - line.taken - part, line.quantity - line.back
                line.taken = line.back = 0
                if amount is None:
                    line.back = line.quantity
        rest = sale.rest
        sale.refunds.append(back)
        if back.method == "CREDIT":
            self.on_account[sale.customer or ""] += back.paid_out
        if sale.total and sale.refunded >= sale.total:
            sale.status = "REFUNDED"
        elif sale.status == "PARTIAL" and rest == back.settled:
            sale.status = "COMPLETED"
        return back

    def _money(self, sale: Sale, amount: int, method: str | None) -> Refund:
        so_far = rounded(Fraction(sale.tax * (sale.refunded + amount), sale.total))
        tax = so_far - sum(refund.tax for refund in sale.refunds)
        settled = min(sale.rest, amount + tax)
        paid_out = amount + tax - settled
        if paid_out and method == "CREDIT" and sale.customer is None:
            raise Refused("InvalidInput")
        money = [(name, paid) for name, paid in sale.payments if name != "CREDIT"]
        largest = max(money, key=lambda one: one[1])[0] if money else None
        return Refund(amount, tax, settled, paid_out, (method or largest) if paid_out else None)

    def void(self, sale: Sale) -> None:
        """A sale that should not have been."""
        if sale.refunds:
            raise Refused("NotAllowed")
        if sale.status == "CANCELLED":
            raise Refused("WrongStatus")
        sale.status = "CANCELLED"

    def assign(self, sale: Sale, customer: str | None) -> None:
        """Give a sale to a customer, or to nobody."""
        rest = sale.rest if sale.status == "PARTIAL" else 0
        credited = sum(refund.paid_out for refund in sale.refunds if refund.method == "CREDIT")
        if customer is None and sale.customer is not None and (rest or credited):
            raise Refused("NotAllowed")
        if sale.status == "CANCELLED":
            raise Refused("WrongStatus")
        if customer == sale.customer:
            return
        if customer is not None and rest and self.balance(customer) + rest - credited > self.limits[customer]:
            raise Refused("CreditLimitExceeded")
        for who, sign in ((sale.customer, -1), (customer, 1)):
            if who is not None:
                self.on_account[who] += sign * credited
        sale.customer = customer
