"""What a plan says of itself: proof, scores, bounds, prices, and why not better."""
