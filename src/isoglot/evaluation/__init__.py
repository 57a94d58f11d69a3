"""Evaluation is a sum: outrank counts by passage language, and every setting, measure and bias read off them."""
