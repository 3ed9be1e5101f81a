"""The product's hot modules compiled to machine code, for campaigns only: `./dev compile`."""
