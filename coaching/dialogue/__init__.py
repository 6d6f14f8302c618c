"""The guided dialogues as pure functions: what is asked, how an answer is read, when no number is given, what comes out."""
