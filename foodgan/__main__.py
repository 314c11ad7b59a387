"""`python -m foodgan`: the command line."""

from foodgan.cli import main

if __name__ == "__main__":
    main()
