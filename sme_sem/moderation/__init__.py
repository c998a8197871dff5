"""When an effect depends on something: products of constructs, simple slopes, conditional indirect effects."""

from .conditional import ConditionalIndirect, conditional_indirect
from .mediation import moderated_mediation
from .models import Moderated, with_products
from .products import Products, product_indicators
from .slopes import SimpleSlopes, simple_slopes

__all__ = [
    "ConditionalIndirect",
    "Moderated",
    "Products",
    "SimpleSlopes",
    "conditional_indirect",
    "moderated_mediation",
    "product_indicators",
    "simple_slopes",
    "with_products",
]
