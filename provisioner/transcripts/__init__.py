"""What does the client itself remember of its use? Its transcripts, read and counted."""
