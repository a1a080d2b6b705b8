"""Every diagnostic that nmodlgrad gives: its code, whether it is an error or a warning, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """An error is refused; a warning is worth a look. `meaning` completes "this is given when"."""

    severity: str
    meaning: str


def _error(meaning: str) -> Entry:
    return Entry("error", meaning)


def _warning(meaning: str) -> Entry:
    return Entry("warning", meaning)


CATALOGUE: Mapping[str, Entry] = {
    # the text and the files
    "NG001": _error("the text is not NMODL"),
    "NG002": _error("a construct is read, but not differentiated yet; the message names it"),
    "NG003": _error("a source does not exist, can not be read, or holds no mechanism"),
    "NG004": _error("two sources have the same file name, or two mechanisms the same name"),
    "NG005": _error("`--wrt` or `--constant` names what no mechanism has"),
    "NG006": _error("the output would overwrite a source"),
    "NG008": _error("expressions or blocks are nested too deeply"),
    "NG009": _error("a file is too large for a mechanism, or is not text"),
    # names
    "NG010": _error("a name is not defined"),
    "NG011": _error("there is no `NEURON` block with a `SUFFIX`, `POINT_PROCESS` or `ARTIFICIAL_CELL`"),
    "NG012": _error("a name starts with `ng_`, which is reserved: is the file augmented already?"),
    "NG013": _error("a name is declared twice, or is taken by NEURON"),
    # blocks and how they are solved
    "NG014": _error("`SOLVE` names a block that does not exist, or a `DERIVATIVE` block that stands before it"),
    "NG015": _error("a call has the wrong number of arguments"),
    "NG016": _error(
        "a `TABLE` does not fit its routine: one at most, over the only argument, with names in a `PROCEDURE`"
    ),
    "NG017": _error("an array is used without an index or out of its bounds, or an index is given to what is no array"),
    "NG018": _error("`INCLUDE` names a file that does not exist, or a file includes itself"),
    "NG019": _error("a `METHOD` does not exist, or does not fit the block that it shall solve"),
    "NG020": _error("`METHOD cnexp` with an equation that is not linear in its state: NEURON would solve it inexactly"),
    # differentiation
    "NG021": _error("a derivative would have to pass through a `TABLE` otherwise than by its argument"),
    "NG022": _error("an equation of a name that is no `STATE`, or a `DERIVATIVE` block without an equation"),
    "NG023": _error("a variable of an ion is changed in `BREAKPOINT`"),
    "NG024": _error("a `GLOBAL` is computed from more than `GLOBAL`s and kept: no instance can own its derivative"),
    "NG026": _error("a `FUNCTION` assigns a variable of the mechanism"),
    "NG027": _error("an expression has no value, such as 1/0"),
    # the mechanism as NEURON takes it
    "NG028": _error("`USEION` statements contradict each other or the rest of the file"),
    "NG029": _error("a statement stands in a block where it has no meaning"),
    "NG030": _warning("a `GLOBAL` is assigned by every instance, so the mechanism is not thread-safe"),
    "NG031": _warning("a division by zero at a voltage that a cell reaches"),
    "NG032": _warning("NEURON's own translator refuses the text: a line is too long, or not ASCII"),
    "NG033": _warning("`RANGE` lists a name that nothing declares: NEURON leaves it out"),
    "NG034": _warning("a variable of an ion is written without being computed, or computed without being written"),
    "NG035": _warning(
        "when an event acts depends on a parameter, a state or the voltage: a constant, unless `spikes=True` carries it"
    ),
    "NG036": _warning("a factor in parentheses stands behind a number: NEURON takes it for a unit and leaves it out"),
    # C code and random numbers
    "NG040": _error("what C code does can not be told, or not be done again, and derivatives need it"),
    "NG041": _error("C code reads or assigns a variable that carries a derivative"),
    "NG042": _error("what is drawn at random depends on active values in a way that has no derivative along a path"),
    "NG043": _error("random numbers whose order or number is not certain"),
    "NG044": _warning("whether something happens is drawn with a probability that depends on active values"),
    "NG045": _error("a comment for nmodlgrad is not understood, or speaks of what is not there"),
    # solving
    "NG050": _error("a rate of a reaction is a sum without parentheses: NEURON multiplies only its last term"),
}
