"""Ways in which heartbeats have been lost, doubled or delayed elsewhere; vagus has none of them."""
