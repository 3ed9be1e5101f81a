"""Ports, codecs, links, drives, sensors: what lies between Keel and a wire. Knows no people, no limits."""
