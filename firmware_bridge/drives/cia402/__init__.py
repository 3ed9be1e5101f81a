"""Any CiA 402 drive over Modbus whose registers a map in TOML names."""
