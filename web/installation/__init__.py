"""What every process of the website is set up with: settings that they share, kept keys, limits. Imports no other room."""
