"""When an effect depends on something: products of constructs, simple slopes, conditional indirect effects."""

from .mediation import moderated_mediation
from .products import Products, product_indicators
from .slopes import SimpleSlopes, simple_slopes

__all__ = ["Products", "SimpleSlopes", "moderated_mediation", "product_indicators", "simple_slopes"]
