"""A simulated market that knows the truth. It meets the product only as an SMTP server and as the
files a team's exports would be; no room but evals, tests and the demo may import it."""
