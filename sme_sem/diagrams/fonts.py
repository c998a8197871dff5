"""The fonts a report asks for: whatever sans serif the reader's system has, Latin first, then Chinese.

Nothing is embedded or fetched, so a Chinese reader sees the system's own Chinese font.
"""

from __future__ import annotations

FONT_FAMILY = (
    "'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', sans-serif"
)
