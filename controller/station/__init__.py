"""The station: panel, API, records and reports. It may be slow or die; no motion depends on it."""
