"""`python -m app` is `tongdu`."""

from app.cli import main

if __name__ == "__main__":
    main(prog_name="tongdu")
