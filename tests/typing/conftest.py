"""What pytest must not import here: a program that is wrong on purpose."""

collect_ignore = ["user_code.py"]
