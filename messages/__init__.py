"""What a message is: addresses, encoding, delivery status, and whether it may leave."""
