"""Ports, codecs, links, drives and sensors: everything between Keel and a wire. Knows nothing of people or limits."""
