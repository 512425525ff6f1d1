"""Local services in the Open Referral UK shape: places, search, import and export."""
