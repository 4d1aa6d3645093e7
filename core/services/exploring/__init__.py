"""What a dataset is: survival and cost, maps, diversity, coverage, comparisons."""
