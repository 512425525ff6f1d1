"""People: enrolling those whom early help knows, so that we can keep in touch."""
