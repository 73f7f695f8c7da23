"""The ledger as the specification tells it, by hand: a list of lots, and sums that are taken of it anew each time."""

from __future__ import annotations

LAST = 10**9


class LedgerModel:
    """Points of a member: lots as [left, qualifying, starts, ends, gone, counted], of which nothing is kept twice."""

    def __init__(self, expiry: int | None) -> None:
        self.expiry, self.today, self.owed = expiry, 0, 0
        self.lots: list[dict[str, int]] = []
        self.spent: list[list[tuple[int, int]]] = []

    def sums(self) -> tuple[int, int, int, int]:
        """Balance, pending, owed, qualifying."""
        active = sum(lot["left"] for lot in self.lots if lot["starts"] <= self.today)
        pending = sum(lot["left"] for lot in self.lots if lot["starts"] > self.today)
        return active, pending, self.owed, sum(lot["qualifying"] for lot in self.lots)

    def go_to(self, day: int) -> None:
        """Days pass one by one: what ended the day before goes first, then what starts pays what is owed."""
        while self.today < day:
            self.today += 1
            for lot in self.lots:
                if lot["ends"] < self.today:
                    self.lose(lot)
            for lot in self.lots:
                if lot["starts"] == self.today:
                    self.arrive(lot)

    def lose(self, lot: dict[str, int]) -> None:
        """What is left of a lot goes."""
        lot["gone"], lot["left"] = lot["gone"] + lot["left"], 0

    def arrive(self, lot: dict[str, int]) -> None:
        """Points that come in qualify, and pay what is owed."""
        paid = min(lot["left"], self.owed)
        lot["qualifying"], lot["left"], self.owed = lot["left"], lot["left"] - paid, self.owed - paid

    def earn(self, points: int, on: int, pending: int) -> None:
        """A sale of a day earns."""
        starts = on + pending
        ends = LAST if self.expiry is None else starts + self.expiry
        lot = {"left": points, "qualifying": 0, "starts": starts, "ends": ends, "gone": 0, "counted": 0}
        self.lots.append(lot)
        if starts <= self.today:
            self.arrive(lot)
        if ends < self.today:
            self.lose(lot)

    def take(self, points: int, lots: list[int]) -> list[tuple[int, int]]:
        """What is taken of which lot, what ends soonest first."""
        order = sorted(lots, key=lambda n: (self.lots[n]["ends"], self.lots[n]["starts"], n))
        taken: list[tuple[int, int]] = []
        for n in order:
            part = min(points - sum(few for _n, few in taken), self.lots[n]["left"])
            if part and self.lots[n]["starts"] <= self.today:
                self.lots[n]["left"] -= part
                taken.append((n, part))
        return taken

    def spend(self, points: int) -> None:
        """Points are spent."""
        self.spent.append(self.take(points, list(range(len(self.lots)))))

    def restore(self, which: int, points: int) -> None:
        """Some of what was spent comes back, the last taken first; what has ended takes it along."""
        parts = self.spent[which]
        while points and parts:
            n, part = parts.pop()
            back = min(part, points)
            points -= back
            if back < part:
                parts.append((n, part - back))
            self.lots[n]["left"] += back
            if self.lots[n]["ends"] < self.today:
                self.lose(self.lots[n])

    def refund(self, n: int, fall: int, owes: bool) -> None:
        """What a lot earned is taken back: what has gone, what is left of it, what others have, what is owed."""
        lot = self.lots[n]
        lot["qualifying"] -= min(fall, lot["qualifying"])
        counted = min(fall, lot["gone"] - lot["counted"])
        own = min(fall - counted, lot["left"])
        lot["counted"], lot["left"] = lot["counted"] + counted, lot["left"] - own
        rest = fall - counted - own
        rest -= sum(part for _n, part in self.take(rest, [m for m in range(len(self.lots)) if m != n]))
        self.owed += rest if owes else 0
