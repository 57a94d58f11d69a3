"""What stands before the routes, from the outside in: watching, hosts, tokens, rates, bodies."""
