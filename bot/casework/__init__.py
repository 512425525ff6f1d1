"""Cases: how they are raised, worked and closed; who may do what."""
