"""The command line: every operator's job and every science function."""
