"""A record to look at: people of a script talk to the bot (`make demo-data`), and pictures of the console over it."""
