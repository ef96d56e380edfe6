"""What follows from a verdict: appeals, decisions, months, allowances, slips."""
