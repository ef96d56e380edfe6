"""From fixes as sent to evidence in order: clocks, repeats, wild fixes."""
