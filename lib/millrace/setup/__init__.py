"""What a machine must have before a job or a server can start: Java, and jars."""
