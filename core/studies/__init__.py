"""What is worked out of a study: who is shown what, and what their judgments amount to. Values in, values out."""
