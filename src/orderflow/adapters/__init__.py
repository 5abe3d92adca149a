"""Stores and carriers that come with the library. Import the one you use from its own module."""
