"""ZLAC8015D dual hub-motor driver over Modbus RTU; its left motor turns the table."""
