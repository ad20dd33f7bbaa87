"""What the simulated shop sells, and to whom: the same whatever the seed, so runs go together."""

from itertools import accumulate
from random import Random
from typing import NamedTuple

# By category, the cheapest and the dearest price in whole units of the currency.
_PRICES = {
    "books": (6, 60),
    "clothing": (12, 180),
    "electronics": (15, 1500),
    "garden": (4, 300),
    "groceries": (1, 25),
    "home": (8, 600),
    "sports": (9, 450),
    "toys": (5, 120),
}
_PRODUCTS = 500
_USERS = 1000

# How often each is seen, its cities, and streets as they are written there.
_COUNTRIES: dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = {
    "US": (
        30,
        ("New York", "Chicago", "Austin", "Seattle"),
        ("{} Maple Ave", "{} W 5th St, Apt 2"),
    ),
    "DE": (14, ("Berlin", "München", "Köln"), ("Lindenstraße {}", "Am Markt {}")),
    "GB": (12, ("London", "Leeds", "Bristol"), ("{} King's Road", '{} High St, "The Mews"')),
    "FR": (9, ("Paris", "Lyon", "Orléans"), ("{} rue de la République", "{} allée des Tilleuls")),
    "IN": (9, ("Mumbai", "Pune", "Bengaluru"), ("{}, MG Road", "Flat {}, Park Street")),
    "BR": (6, ("São Paulo", "Recife"), ("Rua das Flores, {}", "Av. Brasil, {}")),
    "JP": (5, ("Tokyo", "Osaka"), ("{}-1 Honmachi", "{}-12 Sakuradori")),
    "NL": (4, ("Utrecht", "Rotterdam"), ("Dorpsstraat {}", "Kerkstraat {}")),
    "PL": (4, ("Kraków", "Gdańsk"), ("ul. Długa {}", "ul. Polna {}/4")),
    "ES": (4, ("Madrid", "Málaga"), ("Calle Mayor, {}", "Avda. del Sol, {}")),
    "CA": (3, ("Toronto", "Montréal"), ("{} Queen St W", "{} rue Principale")),
}
_DEVICES = {"mobile": 55, "desktop": 35, "tablet": 10}
# Of each user's sixteen ways to come: how many are on another device, and from elsewhere.
_WAYS, _ON_OTHER_DEVICE, _FROM_ELSEWHERE = 16, 2, 1


class Product(NamedTuple):
    """A product at its one price."""

    product_id: str
    category: str
    price_cents: int


class Way(NamedTuple):
    """A device and a place from which a user comes."""

    device_type: str
    country: str
    city: str


class User(NamedTuple):
    """A user, the ways by which they come, and the length and the secret of their sessions."""

    user_id: str
    ways: tuple[Way, ...]
    shipping_address: str
    session_ms: int
    secret: int


def products() -> tuple[Product, ...]:
    """All products, dear ones being rarer than cheap ones."""
    rng = Random("products")
    return tuple(_product(rng, number) for number in range(1, _PRODUCTS + 1))


def users() -> tuple[User, ...]:
    """All users, each with a home and a usual device from which they mostly come."""
    rng = Random("users")
    return tuple(_user(rng, number) for number in range(1, _USERS + 1))


def _product(rng: Random, number: int) -> Product:
    category, (low, high) = rng.choice(list(_PRICES.items()))
    whole = low + int((high - low) * rng.random() ** 3)
    return Product(f"P{number:05d}", category, whole * 100 + rng.choice((0, 49, 90, 95, 99)))


def _user(rng: Random, number: int) -> User:
    home, away = _home(rng), _home(rng)
    usual, other = _device(rng), _device(rng)
    ways = [Way(usual, *home)] * (_WAYS - _ON_OTHER_DEVICE - _FROM_ELSEWHERE)
    ways += [Way(other, *home)] * _ON_OTHER_DEVICE + [Way(usual, *away)] * _FROM_ELSEWHERE
    country, city = home
    street = rng.choice(_COUNTRIES[country][2]).format(rng.randrange(1, 200))
    return User(
        user_id=f"user-{number}",
        ways=tuple(ways),
        shipping_address=f"{street}, {city}, {country}",
        session_ms=rng.randrange(8 * 60_000, 40 * 60_000),
        secret=rng.getrandbits(48),
    )


def _home(rng: Random) -> tuple[str, str]:
    shares = list(accumulate(share for share, _, _ in _COUNTRIES.values()))
    (country,) = rng.choices(list(_COUNTRIES), cum_weights=shares)
    return country, rng.choice(_COUNTRIES[country][1])


def _device(rng: Random) -> str:
    (device_type,) = rng.choices(list(_DEVICES), list(_DEVICES.values()))
    return device_type
