"""Days judged and shown: verdicts, boards, progress, replays, visits, trials."""
