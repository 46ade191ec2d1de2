"""Processes of this machine that others look for."""
