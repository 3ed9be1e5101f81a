"""Contacts on the pins of the Pi: what a level means, pairs, debounce; buttons in, relay and lamp out."""
