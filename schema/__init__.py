"""The contract: what clients see, each type beside those of its domain; document/ and execution/ are its machine.

Types refer to each other as what they tell of does (a customer has sales, a sale has a customer), so the modules of
domains do too: the circle is inherent, and is closed with `strawberry.lazy` where a leaf points back to its hub.
"""
