"""What may be spent: budgets that people sign for agents, and how amounts of assets are written."""
