"""Ports, codecs, links, drives, sensors: all that lies between Keel and a wire; knows no people, no limits."""
