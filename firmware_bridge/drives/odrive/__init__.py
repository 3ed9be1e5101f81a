"""ODrive v3.x with firmware 0.5.x over its ASCII protocol."""
