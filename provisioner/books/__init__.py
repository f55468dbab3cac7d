"""Do the client's transcripts and the two stores agree? And what the stores miss is written in."""
