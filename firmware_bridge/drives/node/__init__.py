"""The host side of our node: drive, inclinometer, inputs and outputs on one wire."""
