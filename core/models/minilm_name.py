"""What the packaged embedding model is called beside its vectors. Apart from the model: naming it loads nothing."""

MODEL = "all-MiniLM-L6-v2 int8"
DIMENSIONS = 384
TOKENS_PER_S = 3_400.0  # on one core of the machine this was measured on (docs/benchmarks.md)
