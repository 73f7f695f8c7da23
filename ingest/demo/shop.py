"""One step of a demo before it is written: everything that happens to some customers in a stretch of time."""

from ingest.demo.calendar import DAY, DemoCalendar
from ingest.demo.chance import Flags, Ints
from ingest.demo.customers import DemoPeople
from ingest.demo.fates import LONGEST_DAYS, Fates
from ingest.demo.sales import Lines, Sales, amounts
from ingest.demo.steps import DemoStep
from ingest.demo.touchpoints import around_sales, joined_contacts, of_campaigns
from ingest.demo.visits import DemoVisits, visits


class Happenings:
    """The customers of a step, those of their sales to which anything happens in its time, and the contacts of then."""

    def __init__(self, step: DemoStep) -> None:
        self.step = step
        last = (step.until - 1) // DAY
        self.calendar = DemoCalendar(step.plan, max(last, step.plan.filled))
        self.people = DemoPeople(step.plan, self.calendar, step.low, step.high)
        every = visits(self.people, self.calendar)
        recent = every.day >= step.after // DAY - LONGEST_DAYS
        self.sales = Sales(self.people, DemoVisits(*(column[recent] for column in every)), self.calendar)
        self.lines = Lines(self.sales, self.people)
        self.money = amounts(self.sales, self.lines)
        self.fates = Fates(self.sales, self.money)
        self.contacts = joined_contacts(
            [around_sales(self.sales), of_campaigns(self.people, max(step.after // DAY, step.plan.opened), last)],
            (step.after, step.until),
        )

    def now(self, time: Ints) -> Flags:
        """Which of some times are in the step's."""
        return (time >= self.step.after) & (time < self.step.until)

    @property
    def expected_rows(self) -> int:
        """How many rows there will be of the large tables."""
        sold = self.now(self.sales.made)
        times = (self.people.created, self.sales.made, self.fates.payments.time, self.fates.changes.time)
        return sum(int(self.now(time).sum()) for time in times) + int(sold[self.lines.sale].sum())
