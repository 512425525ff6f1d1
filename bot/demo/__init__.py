"""The demo's own doors: a stand-in for the text provider, and a telephone to text from. Open only with DEMO=1."""
