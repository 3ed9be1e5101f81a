"""Angle sensors, one package a maker."""
