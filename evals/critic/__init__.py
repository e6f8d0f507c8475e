"""How well the critic's rules find faults, and how seldom they hold up clean copy."""
