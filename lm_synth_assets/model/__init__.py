"""What is expected: pure functions of the configuration, without a random number."""
