"""BasicMicro RoboClaw over packet serial."""
