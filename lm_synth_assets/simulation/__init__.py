"""What is drawn: keyed streams, people, visits and stays, and the tables made of them."""
