"""What is worked out of what people decide: values in, values out."""
