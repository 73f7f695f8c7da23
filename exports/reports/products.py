"""Products and categories as a document."""

from exports.charts import bars
from exports.document import Document, integer, money, number, percent, text
from exports.heading import heading_of, span
from resolvers.operation.context import Context
from resolvers.products import ProductQuestion, product_report

COLUMNS = (
    text("name", "Name", wide=True),
    text("category", "Category"),
    money("revenue", "Revenue"),
    percent("percentage", "Share"),
    money("profit", "Profit"),
    number("units", "Units"),
    integer("transactions", "Sales"),
    integer("customers", "Customers"),
    percent("repeatRate", "Bought again"),
    integer("firstPurchases", "First purchases"),
    percent("firstPurchaseRepeatRate", "Came back"),
    money("firstPurchaseValue", "Worth each"),
)
MOST_BARS = 20


async def document(context: Context, asked: ProductQuestion) -> Document:
    """What products or categories brought in a period, all of them in the asked order."""
    found, heading = await product_report(context, asked), await heading_of(context, asked)
    figures = found.all_figures()
    best = sorted(figures, key=lambda one: (-one.revenue, one.name))[:MOST_BARS]
    rows = [(one.name, float(one.revenue), f"{one.revenue:,}") for one in best]
    return heading.document(
        "Products",
        span(found.period.start, found.period.end),
        [heading.table("products", "Products", COLUMNS, figures)],
        notices=tuple(found.notices),
        definition=found.how_computed.definition,
        charts=(bars("products", "Revenue of the best", rows),) if rows else (),
    )
