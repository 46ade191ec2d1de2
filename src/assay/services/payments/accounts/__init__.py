"""Prepaid accounts: a double-entry ledger, members with limits of their own, and the rail that charges them.

account   a customer's money, or one of the house's: revenue, cash, OPG, play money
member    who may spend out of a customer's account, and how much
key       what a member calls with; a login that the operator trusts serves as well
"""
