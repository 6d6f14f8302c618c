"""Stand-ins of the platforms' APIs. They refuse what the platform refuses, and misbehave when told to."""
