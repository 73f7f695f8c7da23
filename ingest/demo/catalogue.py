"""What the demo shop sells, and where."""

import numpy as np

from ingest.demo.chance import Ints, deck

EXPONENT = 2
CENT = 10_000  # in millionths
WHOLE = 1_000_000
PRICE_RISE = 0.03  # a year, taken over every January


class Category:
    """A shelf: its popularity, tax in thousandths, cost as a share of the price; its products, each with cents."""

    def __init__(  # noqa: PLR0913  a shelf is made of these
        self, name: str, popularity: float, tax: int, cost: float | None, products: str, *, by_weight: bool = False
    ) -> None:
        self.name = name
        self.popularity = popularity
        self.tax = tax
        self.cost = cost
        self.by_weight = by_weight
        pairs = [product.rsplit(" ", 1) for product in products.split("; ")]
        self.products = [(product, int(price)) for product, price in pairs]


SHELVES = [
    Category(
        "Coffee & Tea", 14, 55, 0.48,
        "Espresso beans 250 g 790; Filter coffee 500 g 1290; Decaf beans 250 g 840; Earl Grey tin 650;"
        " Sencha 100 g 1150; Rooibos bags 480; Moka pot 2990; Cold brew bottle 420",
    ),
    Category(
        "Chocolate & Sweets", 12, 55, 0.42,
        "Dark bar 72 % 390; Milk bar with hazelnuts 420; Pralines box of 16 1890; Salted caramels 690; Nougat 560;"
        " Candied orange peel 740; Drinking chocolate 950; Liquorice mix 330",
    ),
    Category(
        "Cheese Counter", 9, 55, 0.58,
        "Comté 18 months, kg 2890; Brie de Meaux, kg 2190; Roquefort, kg 2650; Gouda, kg 1690; Parmigiano Reggiano, kg"
        " 3190; Tomme de Savoie, kg 1990; Feta, kg 1590; Goat cheese log, kg 2290",
        by_weight=True,
    ),
    Category(
        "Wine", 8, 200, 0.55,
        "Beaujolais-Villages 1090; Sancerre 2190; Riesling trocken 1390; Rioja Crianza 1250; Crémant de Loire 1490;"
        " Champagne Brut 3990; Rosé de Provence 1190; Non-alcoholic sparkling 890",
    ),
    Category(
        "Bakery", 11, 55, 0.38,
        "Sourdough loaf 480; Baguette tradition 140; Butter croissant 160; Rye bread 520; Apple tart 450; Brioche 620;"
        " Madeleines 390; Gluten-free loaf 680",
    ),
    Category(
        "Kitchenware", 8, 200, 0.52,
        "Chef's knife 20 cm 6990; Cast iron pan 5490; Salad spinner 2790; Chopping board oak 3290; Measuring cups 1290;"
        " Whisk 890; Peeler 690; Pepper mill 3490",
    ),
    Category(
        "Tableware", 8, 200, 0.45,
        "Dinner plate 1290; Soup bowl 990; Espresso cup 750; Wine glass set of 6 3890; Carafe 2490; Cutlery set 24"
        " pieces 8990; Serving dish 2790; Napkin ring 350",
    ),
    Category(
        "Home Textiles", 6, 200, 0.44,
        "Linen tablecloth 5990; Tea towel 990; Wool throw 7990; Cushion cover 2490; Apron 2990; Bath towel 2290;"
        " Napkins set of 4 1990; Oven glove 1290",
    ),
    Category(
        "Candles & Scents", 7, 200, 0.35,
        "Beeswax candle 890; Scented candle fig 2490; Room spray 1690; Incense 590; Tea lights 24 pieces 490; Marseille"
        " soap 450; Lavender sachet 390; Reed diffuser 2990",
    ),
    Category(
        "Stationery", 6, 200, 0.4,
        "Notebook dotted 1290; Fountain pen 3490; Ink bottle 1190; Greeting card 350; Gift wrap roll 490; Desk calendar"
        " 1590; Pencil set 890; Washi tape 320",
    ),
    Category(
        "Books", 7, 55, 0.62,
        "Bread baking at home 2490; The cheese atlas 3290; City walks 1690; A year of soups 2190; Wine for beginners"
        " 1890; Paper folding 1490; The little tea book 1290; Children's cookbook 1790",
    ),
    Category(
        "Vintage Finds", 4, 200, None,  # bought in lots: nobody knows what one piece cost
        "Enamel jug 2900; Brass candlestick 3400; Advertising tin 1900; Coffee grinder 4900; Silver spoon 1500; Ceramic"
        " tile 1200; Postcard 250; Wicker basket 2700",
    ),
]  # fmt: skip

ONLINE_STORE = 4
CLOSED_STORE = 3
CLOSED_AFTER = 420  # days from the opening
STOREFRONTS = [
    ("Paris, Marais", True),
    ("Lyon, Croix-Rousse", True),
    ("Lille, Vieux-Lille", True),
    ("Marseille, Le Panier", False),
    ("Online shop", True),
]
HOME_STORES = deck([44, 24, 20, 12])

DELIVERY = "Delivery"
DELIVERY_PRICE = 490 * CENT
DELIVERY_COST = 410 * CENT
DELIVERY_TAX = 200


MAKERS = ("Maison Aubert", "Petit Jour", "Coop des Halles", "Vernay", None)  # what has none is the shop's own


class Products:
    """The shelves as columns, one entry for each product; the last one is the delivery, on no shelf."""

    def __init__(self) -> None:
        rows = [(shelf, number, *product) for number, shelf in enumerate(SHELVES) for product in shelf.products]
        self.delivery = len(rows)
        self.names = np.array([name for _, _, name, _ in rows] + [DELIVERY], object)
        self.categories = np.array([shelf.name for shelf, _, _, _ in rows] + [None], object)
        self.skus = np.array(
            [f"{shelf.name[:3].upper()}-{n:03d}" for n, (shelf, _, _, _) in enumerate(rows)] + [None], object
        )
        made_by = [None if shelf.by_weight else MAKERS[n % len(MAKERS)] for n, (shelf, _, _, _) in enumerate(rows)]
        self.brands = np.array([*made_by, None], object)
        self.shelf = np.array([number for _, number, _, _ in rows] + [-1], np.int64)
        self.price = np.array([price * CENT for _, _, _, price in rows] + [DELIVERY_PRICE], np.int64)
        shares = [-1.0 if shelf.cost is None else shelf.cost for shelf, _, _, _ in rows]
        self.cost_known = np.array([share >= 0 for share in shares] + [True])
        self.cost = np.floor(self.price[:-1] * np.array(shares) / 1000).astype(np.int64) * 1000
        self.cost = np.append(self.cost, DELIVERY_COST)
        self.tax = np.array([shelf.tax for shelf, _, _, _ in rows] + [DELIVERY_TAX], np.int64)
        self.by_weight = np.array([shelf.by_weight for shelf, _, _, _ in rows] + [False])
        self.on_shelf = [np.flatnonzero(self.shelf == number).astype(np.int64) for number in range(len(SHELVES))]


PRODUCTS = Products()
SHELF_CARDS = deck([shelf.popularity for shelf in SHELVES])
PRODUCTS_EACH = 8
PRODUCT_CARDS = deck([10, 8, 7, 6, 5, 4, 3, 2])


def price_at(product: Ints, years: Ints) -> Ints:
    """The price of products, in millionths, after so many New Years."""
    risen = PRODUCTS.price[product] * (1 + PRICE_RISE) ** years
    return np.floor(risen / (5 * CENT) + 0.5).astype(np.int64) * 5 * CENT
