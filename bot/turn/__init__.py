"""The turn: one message, timer or touch, in one transaction, with a savepoint round the step."""
