"""Motor drives behind the one port MotorDrive."""
