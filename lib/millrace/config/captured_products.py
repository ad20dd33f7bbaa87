"""The captured entity that the warehouse's products come from, where no feed has them."""

from millrace.config import entities
from millrace.config.settings import Config
from millrace.errors import ConfigurationError
from millrace.records.entities import Entity

_KEYS = ("string", "int", "bigint")
_REQUIRED = {"price": ("decimal", "int", "bigint"), "stock": ("int", "bigint")}
_OPTIONAL = {"name": ("string",), "category": ("string",)}


def of(conf: Config) -> Entity | None:
    """The entity that ``warehouse.products`` names; None where it names a feed, or nothing.

    Raises ConfigurationError where the entity's rows are none of products.
    """
    if conf.warehouse is None or conf.changes is None:
        return None
    name = conf.warehouse.products
    if any(feed.name == name for feed in conf.feeds):
        return None
    entity = next((one for one in entities.of(conf).all if one.name == name), None)
    if entity is not None and (lacking := _lacking(entity)):
        raise ConfigurationError(
            f"{conf.changes.entities}: entities.{name}: warehouse.products names it: expected"
            f" {lacking}"
        )
    return entity


def _lacking(entity: Entity) -> str | None:
    """What a table of products has, and this one has not."""
    if len(entity.key) != 1 or entity.key_fields[0].type not in _KEYS:
        return f"a key of one field, of the type {' or '.join(_KEYS)}"
    types = {field.name: field.type for field in entity.fields}
    for name, allowed in (_REQUIRED | _OPTIONAL).items():
        if types.get(name) not in allowed and (name in types or name in _REQUIRED):
            return f"a field {name} of the type {' or '.join(allowed)}"
    return None
