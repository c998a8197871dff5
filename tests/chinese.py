"""What a message in Chinese must not hold."""

import re


def english_left(said):
    """Two English words in a row; names, labels and model syntax have none."""
    return re.findall(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}", said)
