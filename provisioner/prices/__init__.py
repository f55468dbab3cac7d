"""What does a response cost? Its tokens at list prices, and what else its bill depends on."""

from provisioner.prices.cost import Prices, open_prices

__all__ = ["Prices", "open_prices"]
