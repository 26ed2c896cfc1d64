"""What things cost beside their peers: ratios of one run on one machine. Started by `make bench`; no test looks at seconds."""
