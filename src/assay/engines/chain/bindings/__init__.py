"""A class for each contract of `contracts/`, written by `contracts/bind.py`."""
