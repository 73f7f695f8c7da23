async def test_x(ask):
    print(await ask('{ customers(orderBy: NAME) { totalCount nodes { number name } } segmentation { segments { name customerCount totalRevenue growth } cells { customerCount } refundsOutsidePopulation} }'))
    print(await ask('{ customer(by: {number:"ANN"}) { id outstandingBalance creditUtilization purchases { orders revenue refunded profit averageOrderValue firstPurchaseDate lastPurchaseDate daysSinceLastPurchase} emailEngagement {openRate clickRate lastOpenedAt lastClickedAt} sales { nodes { number total profit } } } }'))
