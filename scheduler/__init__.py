"""When to be in touch: programmes, working calendar, quiet hours, and the ticker."""
