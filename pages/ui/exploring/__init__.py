"""The views of the page Explore, and what they share: the list behind a number, and the card around a figure."""
