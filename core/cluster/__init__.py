"""A run's calls made by workers on a Ray cluster (docs/cluster.md). The app never loads Ray: a child process of its does."""
