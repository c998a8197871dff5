"""A complete small instrument, to be spoilt by the tests."""

from __future__ import annotations

from typing import Any

CHANNELS: dict[str, Any] = {
    "id": "sales.channels",
    "label": {"en": "Channels", "zh": "渠道"},
    "wording": {"en": "Where do you sell?", "zh": "通过哪些渠道销售？"},
    "kind": "multiple",
    "categories": {
        1: {"en": "Shops, own", "zh": "自营门店"},
        2: {"en": "Online", "zh": "线上"},
        10: {"en": "Agents | others", "zh": "代理商、其他"},
    },
}
"""A question with several answers."""

SMALL: dict[str, Any] = {
    "name": "small",
    "title": {"en": "A small survey", "zh": "小型调查"},
    "response_scales": {
        "agreement": {"lowest": 1, "highest": 5, "anchors": {1: "No", 5: "Yes"}, "missing_codes": [-99]},
        "likelihood": {"lowest": 0, "highest": 10},
    },
    "constructs": [
        {
            "name": "TRUST",
            "label": {"en": "Trust", "zh": "信任"},
            "items": [
                {"id": "t1", "wording": {"en": "We trust our supplier.", "zh": "我们信任供应商。"}},
                {
                    "id": "t2",
                    "wording": {"en": "We check every bill.", "zh": "我们核对每张账单。"},
                    "reversed": True,
                },
            ],
        },
        {
            "name": "PRICE",
            "label": "Price",
            "items": [{"id": "p1", "wording": "Cheap."}, {"id": "p2", "wording": "Fair."}],
        },
        {"name": "VALUE", "label": "Value", "of": ["TRUST", "PRICE"]},
        {
            "name": "stay",
            "label": "Stay",
            "items": [{"id": "stay", "wording": "Will you stay?"}],
            "scale": "likelihood",
        },
        {
            "name": "USE",
            "label": "Use",
            "items": [{"id": "u1", "wording": "Daily."}, {"id": "u2", "wording": "Weekly."}],
        },
    ],
    "additional_items": [{"id": "overall", "wording": "All in all.", "scale": "likelihood"}],
    "attention_checks": [{"id": "check", "wording": "Choose 4.", "expected": 4}],
    "background": [
        {"id": "city", "label": "City", "wording": "Where?", "categories": {1: "Harbin", 2: "Daqing"}},
        {"id": "age", "label": "Age", "wording": "How old?", "kind": "numeric"},
    ],
    "metadata": [{"id": "respondent_id", "meaning": "respondent_id"}],
    "models": {
        "short": {"title": "Short", "structure": "stay ~ VALUE"},
        "long": {"title": "Long", "structure": "stay ~ VALUE + USE + age"},
    },
    "hypothesized": "long",
    "rivals": ["short"],
    "hypotheses": [{"id": "H1", "path": "stay ~ VALUE", "sign": "+", "text": "Value keeps customers."}],
}
