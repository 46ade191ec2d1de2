"""OpenGradient's dialect: what the clients of that network ask of a gateway beyond OpenAI's API, and read in answers.

A node speaks it whose operator has switched it on, and only in calls that ask for it. See docs/how-to/opengradient.md.
"""
