"""Documents, facts and questions as JSON, and back, strictly.

It knows how each value is written, and refuses to know where.

Problem: cattrs alone turns 1.9 into 1, True into 1 and full-width digits into numbers, and takes
what it does not know in silence.
Decision: own hooks for every plain type, each taking exactly what it writes; unknown keys are
refused; what is at its default is left out, so a plain order stays small.
The same value always gives the same bytes.

Anything that does not decode is `BadInput` with the path to it: a store that holds such a row is
damaged, and nothing should go on as if it were not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from types import GenericAlias
from typing import Any, Final, TypeAlias, TypeVar, cast, get_args, get_origin

import attrs
from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError, ForbiddenExtraKeysError
from cattrs.fns import identity

from orderflow.calls import Ref
from orderflow.conditions import Verdict
from orderflow.errors import BadInput
from orderflow.facts import Fact
from orderflow.journal import VERBS
from orderflow.records import KINDS, Claim, Counter, Document
from orderflow.values import Position, decimal, in_utc

T = TypeVar("T")


def _encoder() -> Callable[[Any], str]:
    """The JSON encoder: orjson where the extra `fast` is installed, with the very same bytes."""
    try:
        import orjson
    except ImportError:
        return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    return lambda value: orjson.dumps(value).decode()


_ENCODE: Final = _encoder()
_DECODER: Final = json.JSONDecoder()

Figure: TypeAlias = Counter | Claim
"""What an entry keeps of what was read."""

_FACTS: Final[dict[str, type]] = {kind.__name__: kind for kind in get_args(Fact)}


def _exactly(kind: type[T]) -> Callable[[object, object], T]:
    """A hook that takes a value of just this type, no subclass and no look-alike."""

    def hook(value: object, _: object) -> T:
        if type(value) is not kind:
            raise ValueError(f"{kind.__name__} is wanted, not {type(value).__name__}")
        return value

    return hook


def _put_time(value: datetime) -> str:
    return in_utc(value).isoformat()


def _time(value: object, _: object) -> datetime:
    if type(value) is not str:
        raise ValueError("a time is wanted")
    at = datetime.fromisoformat(value)
    if at.utcoffset() is None:
        raise ValueError("the time has no time zone")
    # fromisoformat takes weeks, short forms and other zones too.
    if at.tzinfo is not UTC or at.isoformat() != value:
        raise ValueError("the time is not written as we write it")
    return at


def _decimal(value: object, _: object) -> Decimal:
    if type(value) is not str:
        raise ValueError("a decimal in quotes is wanted")
    return decimal(value, "decimal")


def _enum(value: object, kind: type[StrEnum]) -> StrEnum:
    if type(value) is not str:
        raise ValueError("a name is wanted")
    return kind(value)


def _texts(value: object) -> list[str]:
    if type(value) is not list or not all(type(part) is str for part in value):
        raise ValueError("a list of texts is wanted")
    return value


def _ref(value: object, _: object) -> Ref[Any]:
    parts = _texts(value)
    if len(parts) != len(Ref._fields):
        raise ValueError("a reference has three parts")
    return Ref(*parts)


def _put_position(position: Position) -> list[str]:
    parts = list(position)
    while not parts[-1] and len(parts) > 1:
        parts.pop()
    return parts


def _position(value: object, _: object) -> Position:
    parts = _texts(value)
    if not 1 <= len(parts) <= len(Position._fields):
        raise ValueError("a position has one to six parts")
    return Position(*parts)


def _verdict_or_code(value: object, _: object) -> Verdict | str:
    if type(value) is not str:
        raise ValueError("a verdict or the code of a condition is wanted")
    return Verdict(value) if value in _VERDICTS else value


_VERDICTS: Final = frozenset(verdict.value for verdict in Verdict)


def _text_or_whole(value: object, _: object) -> str | int:
    if type(value) is str or type(value) is int:
        return value
    raise ValueError("text or a whole number is wanted")


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _is_ref(kind: object) -> bool:
    return kind is Ref or get_origin(kind) is Ref


def _is_tuple_of_any_length(kind: object) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[-1] is Ellipsis


def _is_tuple(kind: object) -> bool:
    return get_origin(kind) is tuple


def _tuple(kind: Any, converter: Converter) -> Callable[[object, object], tuple[Any, ...]]:
    """A hook that takes a list; cattrs takes all that can be walked, even a text."""
    parts = get_args(kind)
    if parts[-1] is Ellipsis:
        of_any_length = GenericAlias(list, parts[:1])
        read = converter.get_structure_hook(of_any_length)

        def many(value: object, _: object) -> tuple[Any, ...]:
            return tuple(read(_a_list(value), of_any_length))

        return many
    reads = [(converter.get_structure_hook(part), part) for part in parts]

    def few(value: object, _: object) -> tuple[Any, ...]:
        values = _a_list(value)
        if len(values) != len(reads):
            raise ValueError(f"a list of {len(reads)} is wanted")
        return tuple([read(one, part) for one, (read, part) in zip(values, reads, strict=True)])

    return few


def _a_list(value: object) -> list[Any]:
    if type(value) is not list:
        raise ValueError(f"a list is wanted, not {type(value).__name__}")
    return value


def _an_object(value: object) -> dict[str, Any]:
    if type(value) is not dict:
        raise ValueError(f"an object is wanted, not {type(value).__name__}")
    return value


def _record(kind: Any, converter: Converter) -> Callable[[object, object], Any]:
    read = converter.gen_structure_attrs_fromdict(kind)
    return lambda value, _: read(_an_object(value), kind)


def _put_tuple(kind: Any, converter: Converter) -> Callable[[tuple[Any, ...]], list[Any]]:
    put = converter.get_unstructure_hook(get_args(kind)[0])
    return list if put is identity else lambda values: list(map(put, values))


def _converter() -> Converter:
    converter = Converter(
        omit_if_default=True, forbid_extra_keys=True, prefer_attrib_converters=False
    )
    # By type: cattrs asks its own hooks for plain types before any that is registered with a
    # predicate. Subclasses are served too, unless they have their own.
    converter.register_structure_hook(str, _exactly(str))
    converter.register_structure_hook(int, _exactly(int))
    converter.register_structure_hook(bool, _exactly(bool))
    converter.register_structure_hook(StrEnum, _enum)
    converter.register_structure_hook(datetime, _time)
    converter.register_unstructure_hook(datetime, _put_time)
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_unstructure_hook(Decimal, lambda value: format(value, "f"))
    converter.register_unstructure_hook_func(_is_enum, identity)  # a StrEnum is its text
    converter.register_structure_hook_func(_is_ref, _ref)
    converter.register_unstructure_hook_func(_is_ref, list)
    converter.register_structure_hook(Position, _position)
    converter.register_unstructure_hook(Position, _put_position)
    converter.register_structure_hook_func(lambda kind: kind == str | int, _text_or_whole)
    converter.register_unstructure_hook_func(lambda kind: kind == str | int, identity)
    converter.register_structure_hook_func(lambda kind: kind == Verdict | str, _verdict_or_code)
    converter.register_unstructure_hook_func(lambda kind: kind == Verdict | str, identity)
    converter.register_structure_hook_factory(attrs.has, _record)
    converter.register_structure_hook_factory(_is_tuple, _tuple)
    # What cattrs would do itself, as a list comprehension: documents are mostly tuples.
    converter.register_unstructure_hook_factory(_is_tuple_of_any_length, _put_tuple)
    converter.register_structure_hook_func(lambda kind: kind == Fact, lambda value, _: _fact(value))
    converter.register_structure_hook_func(
        lambda kind: kind == Figure, lambda value, _: _figure(value)
    )
    converter.register_structure_hook_func(
        lambda kind: kind == Document, lambda value, _: _document(value)
    )
    converter.register_unstructure_hook_func(
        lambda kind: kind == Document, lambda value: _put(type(value))(value)
    )
    return converter


def _document(value: object) -> Document:
    name = _ref(_an_object(value).get("ref"), None).kind
    kind = KINDS.get(name)
    if kind is None:
        raise ValueError(f"there are no documents of kind {name}")
    return _CONVERTER.structure(value, kind)


def _fact(value: object) -> Fact:
    pair = _a_list(value)
    if len(pair) != 2 or type(pair[0]) is not str or pair[0] not in _FACTS:
        raise ValueError("a kind of fact and its values are wanted")
    return cast("Fact", _CONVERTER.structure(pair[1], _FACTS[pair[0]]))


_CONVERTER: Final = _converter()
_PUT: Final[dict[object, Callable[[Any], Any]]] = {}


def _put(kind: object) -> Callable[[Any], Any]:
    """The compiled hook that writes values of a type."""
    hook = _PUT.get(kind)
    if hook is None:
        hook = _PUT[kind] = _CONVERTER.get_unstructure_hook(kind)
    return hook


def _read(what: str, text: str, read: Callable[[Any], T]) -> T:
    """Decode, or say in which place it does not."""
    try:
        return read(_DECODER.decode(text))
    except BaseValidationError as error:
        reasons = transform_error(error, path=what, format_exception=_reason)
        raise BadInput(what, "; ".join(reasons)) from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadInput(what, str(error) or type(error).__name__) from error


def _reason(error: BaseException, _: object) -> str:
    if isinstance(error, ForbiddenExtraKeysError):
        return f"unknown keys {', '.join(sorted(error.extra_fields))}"
    return str(error)


def put_document(document: Document) -> str:
    """A document as JSON."""
    return _ENCODE(_put(type(document))(document))


def read_document(text: str) -> Document:
    """The document that was written so."""
    return _read("document", text, _document)


def put_facts(facts: tuple[Fact, ...]) -> str:
    """Facts as JSON: a list of [kind, values] pairs."""
    return _ENCODE([[type(fact).__name__, _put(type(fact))(fact)] for fact in facts])


def read_facts(text: str) -> tuple[Fact, ...]:
    """The facts that were written so."""

    return _read("facts", text, lambda value: _CONVERTER.structure(value, tuple[Fact, ...]))


def put_figures(figures: tuple[Figure, ...]) -> str:
    """Figures that were read, as JSON; empty text where there are none."""
    return _ENCODE([_put(type(one))(one) for one in figures]) if figures else ""


def _figure(value: object) -> Figure:
    """A counter or a claim; only a claim has a holder."""
    if "holder" in _an_object(value):
        return _CONVERTER.structure(value, Claim)
    return _CONVERTER.structure(value, Counter)


def read_figures(text: str) -> tuple[Figure, ...]:
    """The figures that were written so."""
    if not text:
        return ()
    return _read("figures", text, lambda value: _CONVERTER.structure(value, tuple[Figure, ...]))


def put_args(verb: str, args: tuple[tuple[str, object], ...]) -> str:
    """A call's arguments as JSON, each by its type in the verb."""
    if not args:
        return "{}"
    hints = VERBS[verb].hints
    return _ENCODE({name: _put(hints[name])(value) for name, value in args})


def read_args(verb: str, text: str) -> tuple[tuple[str, object], ...]:
    """The arguments that were written so."""
    if text == "{}":
        return ()
    known = VERBS.get(verb)
    if known is None:
        raise BadInput("arguments", f"there is no verb {verb}")
    hints = known.hints

    def read(values: object) -> tuple[tuple[str, object], ...]:
        given = _an_object(values)
        unknown = [name for name in given if name not in hints]
        if unknown:
            raise ValueError(f"{verb} does not take {', '.join(unknown)}")
        return tuple([(name, _CONVERTER.structure(v, hints[name])) for name, v in given.items()])

    return _read("arguments", text, read)


def put_details(details: Mapping[str, str]) -> str:
    """What is known of a person, as JSON."""
    return _ENCODE(dict(details))


def read_details(text: str) -> dict[str, str]:
    """What was known of a person."""

    def read(value: object) -> dict[str, str]:
        details = _an_object(value)
        _texts(list(details.values()))
        return details

    return _read("person", text, read)
