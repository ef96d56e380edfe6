"""What follows from verdicts: appeals, months, allowances, slips."""
