"""The conversation engine: pure, told the time, returning effects. It imports nothing of ours."""
