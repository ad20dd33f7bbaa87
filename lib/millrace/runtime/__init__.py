"""What turns a Flow into a running stream."""
