"""The loyalty program without a store: what members earn, spend, keep and lose. Days are numbers, money minor units."""
