"""The operator's commands: one file each, with `main(arguments) -> exit code`."""
