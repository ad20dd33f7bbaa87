"""What a running job lets be seen from outside."""
