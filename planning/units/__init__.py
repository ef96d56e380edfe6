"""What a plan is made from: the territory, its ground, and what each unit weighs."""
