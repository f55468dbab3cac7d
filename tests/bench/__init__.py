"""Do the parts of the benches that calculate tell the truth?"""
