"""Pure rules that judge every tick and every return. Imports no third-party package and reads no clock."""
