"""Four numbers at once, in one vector register: arithmetic that is written out, not left to the compiler to find.

What the compiler makes of a loop is its own affair: it may overlook one, and it adds checks of overlap and loops for
remainders.  Kernels that take most of the time are therefore written on :class:`Lanes`.  Every function here takes
numbers, lanes, or both, so that a formula is written once; nothing is reordered or fused unless it is written so.
"""

import operator

from llvmlite import ir
from numba import float64, int64, types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

WIDTH = 4  # numbers of 64 bits in the registers of the processor level that kernels are compiled for


class Lanes(types.Type):
    """Type of :data:`WIDTH` numbers that are worked on at once."""


LANES = Lanes("lanes")
_DOUBLE, _WHOLE = ir.DoubleType(), ir.IntType(64)
_VECTOR = ir.VectorType(_DOUBLE, WIDTH)


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    """Lanes are one vector of the machine."""

    def __init__(self, manager, kind):
        super().__init__(manager, kind, _VECTOR)


def _spread(builder, value):
    """Return a vector with the number in all places."""
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, undefined, everywhere)


def _constant(like, value):
    """Return a constant, in all places if ``like`` is a vector."""
    return ir.Constant(like.type, [value] * WIDTH if like.type == _VECTOR else value)


def _elementwise(kinds, operation):
    """Return signature and code of ``operation(builder, *values)`` on numbers or, if one argument is, on lanes."""
    result = LANES if LANES in kinds else float64

    def generate(context, builder, signature, arguments):
        mixed = zip(arguments, signature.args, strict=True)
        values = [_spread(builder, value) if result is LANES and kind is float64 else value for value, kind in mixed]
        return operation(builder, *values)

    return result(*(kind if kind is LANES else float64 for kind in kinds)), generate


@intrinsic
def fma(typing_context, a, b, c):
    """Return a * b + c, rounded once: which products are fused is written here, not left to the compiler."""

    def operation(builder, *values):
        kind = values[0].type
        name = f"llvm.fma.v{WIDTH}f64" if kind == _VECTOR else "llvm.fma.f64"
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind] * 3), name)
        return builder.call(function, values)

    return _elementwise((a, b, c), operation)


def _chosen(comparison):
    """Return an operation that takes the first of two numbers where the comparison holds, else (or for NaN) the other.

    That is one instruction; what the compiler makes of two branches in a row takes five.
    """

    def operation(builder, a, b):
        return builder.select(builder.fcmp_ordered(comparison, a, b), a, b)

    return operation


@intrinsic
def smaller(typing_context, a, b):
    """Return the smaller number, b if one is NaN."""
    return _elementwise((a, b), _chosen("<"))


@intrinsic
def larger(typing_context, a, b):
    """Return the larger number, b if one is NaN."""
    return _elementwise((a, b), _chosen(">"))


@intrinsic
def unless_below(typing_context, x, limit, value):
    """Return ``value``, but 0 where x is below the limit."""

    def operation(builder, x, limit, value):
        return builder.select(builder.fcmp_ordered("<", x, limit), _constant(value, 0.0), value)

    return _elementwise((x, limit, value), operation)


@intrinsic
def where_equal(typing_context, a, b, value):
    """Return ``value`` where a is b, else 0."""

    def operation(builder, a, b, value):
        return builder.select(builder.fcmp_ordered("==", a, b), value, _constant(value, 0.0))

    return _elementwise((a, b, value), operation)


@intrinsic
def low_bits_as_exponent(typing_context, x):
    """Return the number whose exponent, with its bias, is the last 11 bits of x."""

    def operation(builder, x):
        kind = ir.VectorType(_WHOLE, WIDTH) if x.type == _VECTOR else _WHOLE
        shift = ir.Constant(kind, [52] * WIDTH if x.type == _VECTOR else 52)
        return builder.bitcast(builder.shl(builder.bitcast(x, kind), shift), x.type)

    return _elementwise((x,), operation)


def _with_lanes(symbol, instruction):
    """Let an operator work on two lanes or on lanes and a number."""

    @intrinsic
    def apply(typing_context, a, b):
        return _elementwise((a, b), lambda builder, *values: getattr(builder, instruction)(*values))

    @overload(symbol, inline="always")
    def chosen(a, b):
        known = all(isinstance(kind, Lanes | types.Float) for kind in (a, b))
        return (lambda a, b: apply(a, b)) if known and LANES in (a, b) else None


for _symbol, _instruction in ((operator.add, "fadd"), (operator.sub, "fsub"), (operator.mul, "fmul")):
    _with_lanes(_symbol, _instruction)
_with_lanes(operator.truediv, "fdiv")


def _place(context, builder, kind, array, row, column):
    """Return the address of the lanes that begin at a place of a matrix in C order."""
    values = context.make_array(kind)(context, builder, array)
    width = cgutils.unpack_tuple(builder, values.shape)[1]
    place = builder.gep(values.data, [builder.add(builder.mul(row, width), column)])
    return builder.bitcast(place, _VECTOR.as_pointer())


@intrinsic
def load(typing_context, matrix, row, column):
    """Return the numbers of a matrix in C order from a place on."""

    def generate(context, builder, signature, arguments):
        lanes = builder.load(_place(context, builder, signature.args[0], *arguments))
        lanes.align = 8
        return lanes

    return LANES(matrix, int64, int64), generate


@intrinsic
def store(typing_context, matrix, row, column, lanes):
    """Write lanes to a matrix in C order from a place on."""

    def generate(context, builder, signature, arguments):
        *place, value = arguments
        builder.store(value, _place(context, builder, signature.args[0], *place)).align = 8
        return context.get_dummy_value()

    return types.void(matrix, int64, int64, LANES), generate


@intrinsic
def spread(typing_context, value):
    """Return lanes that all hold the number."""
    return LANES(float64), lambda context, builder, signature, arguments: _spread(builder, *arguments)


@intrinsic
def only_first(typing_context, value):
    """Return lanes of which the first holds the number, the others 0."""

    def generate(context, builder, signature, arguments):
        zeros = ir.Constant(_VECTOR, [0.0] * WIDTH)
        return builder.insert_element(zeros, arguments[0], ir.Constant(ir.IntType(32), 0))

    return LANES(float64), generate


@intrinsic
def as_numbers(typing_context, lanes):
    """Return the numbers one by one, as a tuple."""
    numbers = types.UniTuple(float64, WIDTH)

    def generate(context, builder, signature, arguments):
        places = [ir.Constant(ir.IntType(32), place) for place in range(WIDTH)]
        return context.make_tuple(builder, numbers, [builder.extract_element(arguments[0], at) for at in places])

    return numbers(LANES), generate
