"""The sub-commands of keel that belong to the controller; each module exposes a function named command."""
