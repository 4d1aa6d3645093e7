"""What people decide of what grew: queues, the desk, decisions, what follows from them."""
