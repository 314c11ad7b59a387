# What `foodgan doctor` finds, and what is to be done.
