"""Keys of people and of their agents, what agents may spend, and what they have spent."""
