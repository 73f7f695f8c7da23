"""Who asks: tokens, key sets, keys, the page of the identity provider."""
