"""Any walk of a member's points is held to the model, and every entry to the sums before it."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rules.loyalty.account import PointsAccount
from rules.loyalty.crediting import PointsCredit, credit_points
from rules.loyalty.points import LotPart, PointsReason, PointsSums
from rules.loyalty.settings import PointsExpiry, ProgramSettings, RefundPolicy
from rules.loyalty.spending import last_taken_first, redeem_points, restore_points
from rules.loyalty.taking_back import take_back_earned
from tests.rules.loyalty.model import LedgerModel

POINTS = st.integers(1, 60)


# Takes seconds: a walk has 25 steps, and few steps find little.
class LedgerWalk(RuleBasedStateMachine):
    """The rules and the model, side by side; lots are numbered from 0 in both."""

    @initialize(expiry=st.sampled_from([None, 3, 20]), policy=st.sampled_from(list(RefundPolicy)))
    def begin(self, expiry: int | None, policy: RefundPolicy) -> None:
        never = ProgramSettings(expiry=PointsExpiry.NEVER, refund_policy=policy)
        days = replace(never, expiry=PointsExpiry.DAYS_AFTER_EARNING, expiry_days=expiry or 1)
        self.settings = never if expiry is None else days
        self.model = LedgerModel(expiry)
        self.account = PointsAccount(today=0)
        self.before = PointsSums()
        self.earned: list[int] = []
        self.taken: list[list[LotPart]] = []

    @rule(days=st.integers(1, 9))
    def later(self, days: int) -> None:
        self.check_entries()
        self.model.go_to(self.model.today + days)
        old = self.account
        self.account = PointsAccount(old.sums, old.lots.values(), today=self.model.today)

    @rule(points=POINTS, ago=st.integers(0, 8), pending=st.sampled_from([0, 0, 2, 7]))
    def earn(self, points: int, ago: int, pending: int) -> None:
        on = self.model.today - ago
        credit = PointsCredit(len(self.earned), points, PointsReason.SALE, on, pending_days=pending)
        credit_points(self.account, self.settings, credit)
        self.model.earn(points, on, pending)
        self.earned.append(points)

    @precondition(lambda self: self.account.sums.points > 0)
    @rule(part=st.floats(0.01, 1))
    def spend(self, part: float) -> None:
        points = max(round(self.account.sums.points * part), 1)
        entry = redeem_points(self.account, points, PointsReason.PAYMENT)
        assert entry is not None
        self.taken.append(list(entry.parts))
        self.model.spend(points)

    @precondition(lambda self: any(self.taken))
    @rule(which=st.integers(0, 99), points=POINTS)
    def restore(self, which: int, points: int) -> None:
        which %= len(self.taken)
        given = {part.lot_id: part.points for part in last_taken_first(self.taken[which], points)}
        restore_points(self.account, self.taken[which], points, PointsReason.REFUND)
        left = [part._replace(points=part.points - given.get(part.lot_id, 0)) for part in self.taken[which]]
        self.taken[which] = [part for part in left if part.points]
        self.model.restore(which, points)

    @precondition(lambda self: any(self.earned))
    @rule(which=st.integers(0, 99), part=st.floats(0.01, 1))
    def refund(self, which: int, part: float) -> None:
        which %= len(self.earned)
        fall = min(max(round(self.earned[which] * part), 1), self.earned[which])
        if not fall:
            return
        policy = self.settings.refund_policy
        lot = self.account.lots[which]
        take_back_earned(self.account, lot, fall, policy=policy, reason=PointsReason.REFUND)
        self.earned[which] -= fall
        self.model.refund(which, fall, policy is RefundPolicy.OWE)

    def check_entries(self) -> None:
        """Each entry's sums are those before it and its change, its parts come to its change, its days never fall."""
        day = 0
        for entry in self.account.entries:
            self.before = self.before.after(entry.change)
            assert entry.after == self.before
            assert sum(part.points for part in entry.parts) == entry.change.points + entry.change.pending
            assert sum(part.qualifying for part in entry.parts) == entry.change.qualifying
            assert entry.day >= day
            day = entry.day
        self.account.entries.clear()

    @invariant()
    def both_have_the_same(self) -> None:
        self.check_entries()
        assert tuple(self.account.sums) == self.model.sums()
        left = {lot.id: (lot.remaining, lot.qualifying, lot.gone, lot.counted) for lot in self.account.lots.values()}
        names = ("left", "qualifying", "gone", "counted")
        assert left == {n: tuple(lot[name] for name in names) for n, lot in enumerate(self.model.lots)}


LedgerWalk.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestLedgerWalk = LedgerWalk.TestCase
