"""Seeds, prompt packs, runs and the trees that they grow."""
