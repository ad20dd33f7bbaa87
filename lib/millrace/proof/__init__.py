"""What holds stored figures and documents against the lines they came from."""
