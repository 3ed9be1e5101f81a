"""Oriental Motor BLV-R over Modbus RTU."""
