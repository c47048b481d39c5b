"""The door of a folder: what a public function is given is looked at before anything is done with it.

Signatures say what is taken. A thing of another kind (a list for a table, a number for the name of a column) is a slip
of whoever calls, and is refused here by the name of the argument; what is of the right kind and still cannot be used is
refused further in, by the function that knows why.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, wraps
from numbers import Integral, Real
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd

from .errors import CallError, ReintegraError, shown
from .language import word

TEXTS = (str, bytes)
# What functions refuse themselves, with a reason of their own; only what they stumble over is refused here.
OWN = ("alpha", "data", "level", "masked", "n", "retest", "sd", "sem")
Function = TypeVar("Function", bound=Callable[..., Any])


def with_door(names: dict[str, Any], public: Sequence[str]) -> None:
    """Give every public function of a folder its door; ``names`` are the folder's, ``globals()``."""
    for name in public:
        if inspect.isfunction(names[name]):
            names[name] = minded(names[name])


def minded(function: Function) -> Function:
    """Return the function, which now refuses arguments of a wrong kind and takes one text for a list of one."""
    signature = inspect.signature(function)

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        try:
            given = signature.bind(*args, **options)
        except TypeError:
            return function(*args, **options)  # too many, too few, an unknown name: Python says it best
        wanted, late = _kinds(function), None
        for name, value in given.arguments.items():
            kind = wanted.get(name, Any)
            if isinstance(value, str) and _lists_texts(kind):
                given.arguments[name] = [value]
            elif name == "seed" and not (fits(value, int) and value >= 0):
                raise CallError("not-a-seed", seed=shown(value))
            elif not fits(value, kind):
                late = _refused(function, name, value, kind)
                if name not in OWN:
                    raise late
        try:
            return function(*given.args, **given.kwargs)
        except Exception as stumbled:
            if late is None or isinstance(stumbled, ReintegraError):
                raise
            raise late from stumbled

    return call  # type: ignore[return-value]


def fits(value: Any, kind: Any) -> bool:
    """Tell whether a value is of a kind, as a signature writes it; of kinds not known here everything is.

    In a list of texts anything may stand: items may have numbers for names.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return True
    if kind is None or kind is type(None):
        return value is None
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in inner)
    if kind in (float, int):
        return isinstance(value, Real if kind is float else Integral) and not isinstance(value, bool)
    if kind is bool:
        return isinstance(value, bool | np.bool_)
    if origin is tuple:
        return isinstance(value, tuple | list) and len(value) == len(inner) and all(map(fits, value, inner))
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(fits(one, inner[1]) for one in value.values())
    if origin in (Sequence, Iterable):
        if isinstance(value, (*TEXTS, Mapping, pd.DataFrame)) or not isinstance(value, Iterable):
            return False
        once = iter(value) is value  # a generator would be used up by looking
        return once or inner[0] in (Any, str) or all(one is None or fits(one, inner[0]) for one in value)
    return not inspect.isclass(kind) or isinstance(value, kind)


@cache
def _kinds(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function)


def _lists_texts(kind: Any) -> bool:
    """Tell whether a list of texts is taken, and no text alone."""
    ones = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    return str not in ones and any(get_origin(one) in (Sequence, Iterable) and get_args(one) == (str,) for one in ones)


def _refused(function: Callable[..., Any], name: str, value: Any, kind: Any) -> CallError:
    """Return the refusal: which argument of which function, what was found, and what is needed."""
    said = {"function": function.__name__, "argument": name, "needed": lambda: _words(kind)}
    if isinstance(value, Integral) and fits("", kind):
        return CallError("name-not-text", value=value)
    return CallError("wrong-kind", found=type(value).__name__, **said)


def _words(kind: Any) -> str:
    """Write a kind as a reader of the guide knows it."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return " | ".join(dict.fromkeys(_words(one) for one in inner))
    known = {str: "needs_text", float: "needs_number", int: "needs_whole", bool: "needs_truth"}
    if kind in known:
        return word(known[kind])
    if origin in (Sequence, Iterable, tuple):
        return word("needs_list", of=_words(inner[0]) if inner and inner[0] is not Any else "…")
    if origin is not None and inspect.isclass(origin) and issubclass(origin, Mapping):
        return "dict"
    return "None" if kind is type(None) else getattr(kind, "__name__", str(kind))
