"""What pages, routes and the command line may ask for. Every call takes an actor. Knows the rules and the adapters."""
