"""What operators put live: content as bundles, the directory as documents, families as enrolments."""
