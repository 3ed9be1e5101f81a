"""Schneider Altivar ATV320 over Modbus RTU: a speed drive with brake logic, without an angle of its own."""
