"""Every hazard with its rule, reaction, remedy, test and evidence, as data; pages and checks made from it."""
