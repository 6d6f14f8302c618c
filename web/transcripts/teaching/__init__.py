"""What staff teach: corrections in change sets, and replays that show what a model makes of past turns."""
