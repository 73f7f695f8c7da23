"""What customers will be worth: the models of a business, fitted in the background, and what they say of customers."""
