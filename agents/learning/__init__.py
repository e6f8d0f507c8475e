"""What campaigns teach: evidence for copy, locks, overruled findings, and rules from edits."""
