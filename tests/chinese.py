"""What a message in Chinese is, and must not hold."""

import re


def wholly_chinese(said):
    """Whether a text has Chinese and no two English words in a row; names, labels and model syntax have none.

    An option of a command and its value are no words.
    """
    said = re.sub(r"--[a-z-]+ \S+", "", said)
    return bool(re.search("[\u4e00-\u9fff]", said)) and not re.search("[A-Za-z]{2,} [a-z]{2,}", said)
