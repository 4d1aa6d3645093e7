"""Studies: designed, judged blind, summed up, reported."""
