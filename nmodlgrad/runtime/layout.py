"""The structures of ``templates/link.c.jinja`` and ``templates/plan.c.jinja``, field by field, for numpy."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

LANES = 8  # rows are padded to whole vectors of this many doubles
FEW = 4  # so many directions or less are as well done one by one, without padding

PAIR = 16  # bytes of a pair in a record

LONGEST_NAME = 150  # bytes of a name in a message
MESSAGE = 480  # bytes of a fault's text
DIVERGED, FULL = 1, 2  # kinds of faults whose text has numbers in it

_LONG, _ADDRESS, _DOUBLE = np.int64, np.uint64, np.float64

NERNST = np.dtype(
    [
        ("row", _ADDRESS),
        ("inside", _ADDRESS),
        ("outside", _ADDRESS),
        ("inside_value", _ADDRESS),
        ("outside_value", _ADDRESS),
        ("per_kelvin", _DOUBLE),
        ("celsius", _ADDRESS),
        ("warmth", _ADDRESS),
    ]
)
BAND = np.dtype([("first", np.int32), ("count", np.int32)])
SEED = np.dtype(
    [
        ("bands", _ADDRESS),
        ("row", _ADDRESS),
        ("latched", _ADDRESS),
        ("nernst", _ADDRESS),
    ]
)
NUMBER = np.dtype([("from", _ADDRESS), ("to", _ADDRESS), ("factor", _DOUBLE)])
COPY = np.dtype([("from", _ADDRESS), ("to", _ADDRESS)])
TRAIN = np.dtype(
    [
        ("times", _ADDRESS),
        ("rows", _ADDRESS),
        ("first", _LONG),
        ("end", _LONG),
        ("tolerance", _DOUBLE),
        ("elsewhere", _LONG),
        ("leak", _ADDRESS),
    ]
)
CONNECTION = np.dtype(
    [
        ("address", _ADDRESS),
        ("seeds", _ADDRESS),
        ("rows", _ADDRESS),
        ("moments", _ADDRESS),
        ("train", _ADDRESS),
        ("next", _LONG),
        ("delay", _ADDRESS),
        ("delay_then", _DOUBLE),
        ("delays", _ADDRESS),
        ("late", _ADDRESS),
    ]
)
CELL = np.dtype([("time", _DOUBLE), ("width", _LONG), ("fault", _ADDRESS)])
STEPS_BACK = 4  # voltages that tell how a node goes through a step
PAST = np.dtype([("node", _LONG), ("volts", _DOUBLE, STEPS_BACK), ("rows", _ADDRESS)])
LATER = np.dtype([("node", _LONG), ("waits", _LONG), ("row", _ADDRESS)])
TIMING = np.dtype(
    [
        ("flow", _ADDRESS),
        ("cm", _ADDRESS),
        ("rise", _ADDRESS),
        ("later", _ADDRESS),
        ("before", _DOUBLE),
        ("yield", _DOUBLE),
        ("late", _ADDRESS),
        ("moments", _ADDRESS),
        ("past", _ADDRESS),
        ("row", _ADDRESS),
        ("passed", _DOUBLE),
        ("dues", _ADDRESS),
        ("rows", _ADDRESS),
        ("underway", _LONG),
        ("room", _LONG),
        ("tolerance", _DOUBLE),
    ]
)
INSTANCE = np.dtype(
    [
        ("cell", _ADDRESS),
        ("voltage", _ADDRESS),
        ("v", _ADDRESS),
        ("carried", _ADDRESS),
        ("record", _ADDRESS),
        ("ion_record", _ADDRESS),
        ("total", _ADDRESS),
        ("timing", _ADDRESS),
        ("observed_record", _ADDRESS),
        ("seeds", _ADDRESS),
        ("connections", _ADDRESS),
        ("connection_count", _LONG),
        ("current_carried", _LONG),
        ("current_parameters", _LONG),
        ("sown", _LONG),
    ]
)
TERM = np.dtype([("pair", _ADDRESS), ("row", _ADDRESS)])
SOWN = np.dtype([("pair", _ADDRESS), ("seed", _ADDRESS)])
SHAPED = np.dtype([("flux", _LONG), ("direction", _LONG), ("slope", _DOUBLE)])
INJECTED = np.dtype([("node", _LONG), ("current", _ADDRESS), ("conductance", _ADDRESS), ("density", _DOUBLE)])
CONTRIBUTION = np.dtype([("instance", _ADDRESS), ("record", _ADDRESS), ("value", _ADDRESS)])
OBSERVED = np.dtype([("node", _LONG), ("contribution", CONTRIBUTION), ("row", _ADDRESS)])
CHARGING = np.dtype([("node", _LONG), ("row", _ADDRESS)])
NATIVE = np.dtype(
    [
        ("node", _LONG),
        ("clamps", _LONG),
        ("parameters", _ADDRESS, (4,)),
        ("second", _DOUBLE),
        ("third", _DOUBLE),
        ("slope", _DOUBLE),
        ("row", _ADDRESS),
    ]
)
ELECTRODE = np.dtype([("node", _LONG), ("instance", _ADDRESS), ("whole", _ADDRESS), ("linear", _LONG)])
MEMBRANE = np.dtype([("node", _LONG), ("axial", _DOUBLE), ("row", _ADDRESS)])
ION = np.dtype(
    [
        ("node", _LONG),
        ("type", _LONG),
        ("at", _LONG),
        ("nernst", NERNST),
        ("renewed_initially", _LONG),
        ("renewed", _LONG),
        ("current", _ADDRESS),
        ("contributions", _ADDRESS),
        ("count", _LONG),
    ]
)
LOG = np.dtype(
    [
        ("row", _ADDRESS),
        ("vector", _ADDRESS),
        ("samples", _ADDRESS),
        ("clock", _ADDRESS),
        ("times", _ADDRESS),
        ("every", _LONG),
        ("first", _LONG),
        ("taken", _LONG),
        ("room", _LONG),
        ("watched", _LONG),
        ("what", _ADDRESS),
        ("where", _ADDRESS),
    ]
)
SUM = np.dtype(
    [
        ("value", _ADDRESS),
        ("row", _ADDRESS),
        ("weights", _ADDRESS),
        ("targets", _ADDRESS),
        ("weight_step", _LONG),
        ("target_step", _LONG),
        ("every", _LONG),
        ("end", _LONG),
        ("next", _LONG),
        ("samples", _LONG),
        ("what", _ADDRESS),
        ("where", _ADDRESS),
        ("total", _DOUBLE),
        ("gradient", _ADDRESS),
    ]
)
SOURCE = np.dtype(
    [
        ("train", _ADDRESS),
        ("times", _ADDRESS),
        ("crossings", _ADDRESS),
        ("rows", _ADDRESS),
        ("room", _LONG),
        ("kept", _DOUBLE),
        ("past", _ADDRESS),
        ("threshold", _ADDRESS),
        ("thresholds", _ADDRESS),
        ("above", _LONG),
    ]
)
SHARE = np.dtype([("direction", _LONG), ("seed", _DOUBLE)])
MOVED = np.dtype([("to", _ADDRESS), ("base", _DOUBLE), ("shares", _ADDRESS), ("count", _LONG)])
ADAM = np.dtype(
    [
        ("first_rate", _DOUBLE),
        ("second_rate", _DOUBLE),
        ("first_weight", _DOUBLE),
        ("second_weight", _DOUBLE),
        ("epsilon", _DOUBLE),
        ("first", _ADDRESS),
        ("second", _ADDRESS),
    ]
)
CONTROLLER = np.dtype(
    [
        ("row", _ADDRESS),
        ("theta", _ADDRESS),
        ("which", _ADDRESS),
        ("count", _LONG),
        ("rates", _ADDRESS),
        ("floors", _ADDRESS),
        ("bound", _DOUBLE),
        ("active", _ADDRESS),
        ("periods", _LONG),
        ("period", _LONG),
        ("adam", _ADDRESS),
        ("moved", _ADDRESS),
        ("moved_count", _LONG),
        ("gradient", _ADDRESS),
        ("what", _ADDRESS),
        ("where", _ADDRESS),
    ]
)
BLOCK = np.dtype([("rows", _ADDRESS), ("count", _LONG)])
CONTROL = np.dtype(
    [
        ("controllers", _ADDRESS),
        ("count", _LONG),
        ("leak", _ADDRESS),
        ("decay", _ADDRESS),
        ("step", _DOUBLE),
        ("blocks", _ADDRESS),
        ("block_count", _LONG),
    ]
)
PLAN = np.dtype(
    [
        ("cell", CELL),
        ("nodes", _LONG),
        ("index", _ADDRESS),
        ("parent", _ADDRESS),
        ("capacitor", _ADDRESS),
        ("cm", _ADDRESS),
        ("v", _ADDRESS),
        ("rises", _ADDRESS),
        ("voltage", _ADDRESS),
        ("starts", _LONG),
        ("terms", _ADDRESS),
        ("first_term", _ADDRESS),
        ("slopes", _ADDRESS),
        ("first_slope", _ADDRESS),
        ("sown", _ADDRESS),
        ("first_sown", _ADDRESS),
        ("shaped", _ADDRESS),
        ("first_shaped", _ADDRESS),
        ("fluxes", _ADDRESS),
        ("injected", _ADDRESS),
        ("injected_count", _LONG),
        ("rigid", _LONG),
        ("ions", _ADDRESS),
        ("ion_count", _LONG),
        ("observed", _ADDRESS),
        ("observed_count", _LONG),
        ("charging", _ADDRESS),
        ("charging_count", _LONG),
        ("natives", _ADDRESS),
        ("native_count", _LONG),
        ("electrodes", _ADDRESS),
        ("electrode_count", _LONG),
        ("membranes", _ADDRESS),
        ("membrane_count", _LONG),
        ("membrane_of", _ADDRESS),
        ("numbers", _ADDRESS),
        ("number_count", _LONG),
        ("parameter_count", _LONG),
        ("silent", _ADDRESS),
        ("silent_count", _LONG),
        ("copies", _ADDRESS),
        ("copy_count", _LONG),
        ("directions", _LONG),
        ("logs", _ADDRESS),
        ("log_count", _LONG),
        ("sums", _ADDRESS),
        ("sum_count", _LONG),
        ("sources", _ADDRESS),
        ("source_count", _LONG),
        ("pasts", _ADDRESS),
        ("past_count", _LONG),
        ("later", _ADDRESS),
        ("later_count", _LONG),
        ("states", _ADDRESS),
        ("left", _ADDRESS),
        ("left_rows", _ADDRESS),
        ("state_count", _LONG),
        ("control", _ADDRESS),
        ("interval", _DOUBLE),
        ("marker", _ADDRESS),
        ("budget", _ADDRESS),
        ("names", _ADDRESS),
        ("labels", _ADDRESS),
        ("message", _ADDRESS),
        ("kind", _LONG),
        ("structure", _LONG),
        ("diameters", _LONG),
    ]
)


def address(array: NDArray[np.generic]) -> int:
    """Where an array's data begin."""
    return int(array.ctypes.data)  # many times as fast as __array_interface__, which describes the structure too


def offset(structure: np.dtype[np.void], name: str) -> int:
    """Where a field begins in its structure."""
    fields = structure.fields
    assert fields is not None
    return int(fields[name][1])


def text(characters: bytes) -> int:
    """Where a text begins; it lies there as long as the bytes are kept."""
    return ctypes.cast(ctypes.c_char_p(characters), ctypes.c_void_p).value or 0


class Texts:
    """Names that C puts into messages, cut where they are very long, and their addresses."""

    def __init__(self, texts: Iterable[str]) -> None:
        characters, places = bytearray(), array("q")
        for each in texts:
            places.append(len(characters))
            characters += each.encode()[:LONGEST_NAME] + b"\0"
        self._characters = np.array(characters, np.uint8)
        self.addresses = address(self._characters) + np.array(places, np.uint64)


def padded(directions: int) -> int:
    """Length of a row for so many directions."""
    return directions if directions <= FEW else -(-directions // LANES) * LANES


def rows(count: int, width: int) -> NDArray[np.float64]:
    """Zeroed rows, aligned to whole vectors."""
    raw = np.zeros(count * width + LANES)
    offset = -address(raw) // 8 % LANES
    return raw[offset : offset + count * width].reshape(count, width)


def starts(lengths: Iterable[int]) -> NDArray[np.int64]:
    """Where each of several pieces begins that follow each other."""
    listed = np.fromiter(lengths, np.int64)
    return np.cumsum(listed) - listed
