"""What customers will buy: models of how often, for how long and for how much, fitted and asked.

summaries: the history of each customer in a few numbers. beta_geometric and gamma_gamma: the likelihoods.
fitting: their maxima. forecast: what follows for a customer. lifetime: all of it for a business on a day.
"""
