"""Resolve a tree: collect its blocks, give every name its role, refuse what lies outside."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import TypeVar

from nmodlgrad.diagnostics import Diagnostic, Refused, Source, Span
from nmodlgrad.semantics import tables
from nmodlgrad.semantics.dataflow import Dataflow, called_by, local_names, reached
from nmodlgrad.semantics.language import BEYOND, ENVIRONMENT, INTRINSICS, OUTSIDE
from nmodlgrad.semantics.mechanism import Current, Mechanism, Role, Scope, Symbol
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import calls, subnodes

Block = TypeVar("Block", bound=n.Node)

PREFIX = "ng_"  # what every name starts with that is added to a mechanism


def resolve(source: Source, tree: n.File) -> Mechanism:
    """The mechanism of a tree.

    Raises
    ------
    Refused
        with every finding: constructs outside the language covered, names never declared, what contradicts itself.
    """
    return _Resolver(source, tree).mechanism()


class _Resolver:
    def __init__(self, source: Source, tree: n.File) -> None:
        self.source, self.tree = source, tree
        self.found: list[Diagnostic] = []

    def report(self, span: Span, code: str, message: str, hint: str = "") -> None:
        self.found.append(Diagnostic.at(self.source, span, code, message, hint))

    def mechanism(self) -> Mechanism:
        self._refuse_reserved_names()
        self._refuse_outside()
        neuron_blocks = [item for item in self.tree.items if isinstance(item, n.NeuronBlock)]
        suffixes = [item for block in neuron_blocks for item in block.items if isinstance(item, n.Suffix)]
        if not suffixes:
            self.report(
                Span(0, 0), "NG011", "no NEURON block with a SUFFIX or POINT_PROCESS", "nothing to differentiate"
            )
        elif suffixes[0].kind == "ARTIFICIAL_CELL":
            self.report(suffixes[0].span, "NG002", "ARTIFICIAL_CELL is not differentiated yet")
        for extra in suffixes[1:]:
            self.report(extra.span, "NG013", f"a second name, {extra.name}, for the mechanism {suffixes[0].name}")
        if self.found:
            raise Refused(self.found)
        listed = [item for block in neuron_blocks for item in block.items]
        symbols = self._symbols(listed)
        mechanism = Mechanism(
            source=self.source,
            tree=self.tree,
            neuron_block=next(block for block in neuron_blocks if suffixes[0] in block.items),
            suffix=suffixes[0],
            symbols=symbols,
            currents=self._currents(listed),
            ions=tuple(item.ion for item in listed if isinstance(item, n.UseIon)),
            functions={b.name: b for b in self.tree.items if isinstance(b, n.FunctionBlock)},
            procedures={b.name: b for b in self.tree.items if isinstance(b, n.ProcedureBlock)},
            derivatives={b.name: b for b in self.tree.items if isinstance(b, n.DerivativeBlock)},
            initial=self._only(n.InitialBlock, "INITIAL"),
            breakpoint=self._only(n.BreakpointBlock, "BREAKPOINT"),
            net_receive=self._only(n.NetReceiveBlock, "NET_RECEIVE"),
            solves=tuple(item for item in subnodes(self.tree) if isinstance(item, n.Solve)),
            declared_threadsafe=any(isinstance(item, n.Threadsafe) for item in listed),
        )
        self._check_solves(mechanism)
        self._check_recursion(mechanism)
        self._check_functions(mechanism)
        self.found += tables.check(mechanism)
        blocks = (mechanism.initial, mechanism.breakpoint, mechanism.net_receive, *mechanism.derivatives.values())
        phases = [block.body for block in blocks if block]
        for body, own in self._scopes(mechanism):
            self._check_names(mechanism, body, own)
            self._check_hiding(mechanism, body, own, body in phases)
            self._check_hidden_from_calls(mechanism, body, own)
        if self.found:
            raise Refused(self.found)
        return mechanism

    # ------------------------------------------------------------------ what lies outside
    def _refuse_reserved_names(self) -> None:
        reserved = re.search(rf"\b{PREFIX}\w+", self.source.text)
        if reserved:
            hint = "is this file already augmented? Give the original, or rename the variable"
            self.report(Span(*reserved.span()), "NG012", f"names that start with {PREFIX} are reserved", hint)

    def _refuse_outside(self) -> None:
        for item in subnodes(self.tree):
            match item:
                case n.Outside(span=span, rule=rule):
                    self.report(span, "NG002", f"{OUTSIDE[rule]} is not differentiated yet")
                case n.Verbatim(span=span):
                    self.report(
                        Span(span.start, span.start + 8), "NG002", "VERBATIM code can not be differentiated yet"
                    )
                case n.NameList(span=span, kind="POINTER" | "BBCOREPOINTER" | "EXTERNAL" | "RANDOM" as kind):
                    self.report(span, "NG002", f"{kind} is not differentiated yet")
                case (
                    n.Parameter(span=span, size=str())
                    | n.Variable(span=span, size=str())
                    | n.LocalList(span=span, arrays=True)
                ):
                    self.report(span, "NG002", "arrays are not differentiated yet")
                case n.VariableName(span=span, index=index) if index is not None:
                    self.report(span, "NG002", "arrays are not differentiated yet")
                case n.Prime(span=span, order=order) if order > 1:
                    self.report(span, "NG002", "derivatives of higher order are not differentiated yet")
                case n.Text(span=span):
                    self.report(span, "NG002", "a function that takes text is not differentiated yet")
        used = {item.name for item in subnodes(self.tree) if isinstance(item, n.VariableName | n.Prime)}
        for item in self.tree.items:
            if isinstance(item, n.LocalList) and used.intersection(item.names):  # a relic, often, that nobody uses
                self.report(item.span, "NG002", "LOCAL at file scope is not differentiated yet")
            elif isinstance(item, n.NetReceiveBlock) and len(item.arguments) != 1:
                self.report(item.span, "NG002", "a NET_RECEIVE with more than one argument is not differentiated yet")

    def _only(self, kind: type[Block], keyword: str) -> Block | None:
        blocks = [item for item in self.tree.items if isinstance(item, kind)]
        for extra in blocks[1:]:
            self.report(extra.span, "NG002", f"a second {keyword} block is not differentiated yet")
        return blocks[0] if blocks else None

    # ------------------------------------------------------------------ names
    def _symbols(self, listed: list[n.Suffix | n.NameList | n.UseIon | n.Threadsafe]) -> dict[str, Symbol]:
        scope: dict[str, Scope] = {}
        for item in listed:
            if isinstance(item, n.NameList) and item.kind in ("RANGE", "GLOBAL"):
                scope |= dict.fromkeys(item.names, Scope.RANGE if item.kind == "RANGE" else Scope.GLOBAL)
        symbols: dict[str, Symbol] = {}

        def declare(item: n.Node, name: str, role: Role, default: Scope, unit: str | None, value: str | None) -> None:
            if name == "v":
                role = Role.VOLTAGE
            elif name in ENVIRONMENT:
                role = Role.ENVIRONMENT
            elif name in symbols:
                self.report(item.span, "NG013", f"{name} is declared twice")
            symbols[name] = Symbol(name, role, scope.get(name, default), item.span, unit, value)

        for block in self.tree.items:
            match block:
                case n.ParameterBlock(items=items):
                    for p in items:
                        declare(p, p.name, Role.PARAMETER, Scope.GLOBAL, p.unit, p.value)
                case n.ConstantBlock(items=constants):
                    for c in constants:
                        declare(c, c.name, Role.CONSTANT, Scope.GLOBAL, c.unit, c.value)
                case n.UnitsBlock(items=factors):
                    for f in factors:
                        declare(f, f.name, Role.CONSTANT, Scope.GLOBAL, None, None)
                case n.AssignedBlock(items=variables):
                    for a in variables:
                        declare(a, a.name, Role.ASSIGNED, Scope.INSTANCE, a.unit, None)
                case n.StateBlock(items=variables):
                    for s in variables:
                        declare(s, s.name, Role.STATE, Scope.RANGE, s.unit, None)
        for item in listed:
            if isinstance(item, n.UseIon):
                self._declare_ion(item, symbols)
        symbols.setdefault("v", Symbol("v", Role.VOLTAGE, Scope.INSTANCE, Span(0, 0), "mV"))
        return symbols

    def _declare_ion(self, item: n.UseIon, symbols: dict[str, Symbol]) -> None:
        ion = item.ion
        for name, written in (*((x, False) for x in item.read), *((x, True) for x in item.write)):
            if name == f"e{ion}" and not written:
                role = Role.REVERSAL
            elif name == f"i{ion}" and written:
                role = Role.ION_CURRENT
            else:
                what = f"{'writing' if written else 'reading'} {name}"
                hint = "writing the current of an ion is, and reading its reversal potential"
                self.report(item.span, "NG002", f"{what} is not differentiated yet", hint)
                continue
            declared = symbols.get(name)
            scope = declared.scope if declared else Scope.INSTANCE
            symbols[name] = Symbol(name, role, scope, item.span, declared.unit if declared else None)

    def _currents(self, listed: list[n.Suffix | n.NameList | n.UseIon | n.Threadsafe]) -> tuple[Current, ...]:
        # nocmodl adds up all currents of a mechanism and gives the sum one sign: an electrode's if any of them is one.
        electrode = any(isinstance(item, n.NameList) and item.kind == "ELECTRODE_CURRENT" for item in listed)
        currents = []
        for item in listed:
            if isinstance(item, n.UseIon):
                currents += [Current(name, electrode) for name in item.write if name == f"i{item.ion}"]
            elif isinstance(item, n.NameList) and item.kind in ("NONSPECIFIC_CURRENT", "ELECTRODE_CURRENT"):
                currents += [Current(name, electrode) for name in item.names]
        return tuple(currents)

    # ------------------------------------------------------------------ checks
    def _check_solves(self, mechanism: Mechanism) -> None:
        top_level = mechanism.breakpoint.body.statements if mechanism.breakpoint else ()
        for solve in mechanism.solves:
            if solve.block not in mechanism.derivatives:
                known = solve.block in mechanism.procedures
                message = (
                    f"SOLVE of the PROCEDURE {solve.block} is not differentiated yet"
                    if known
                    else f"SOLVE names the block {solve.block}, which does not exist"
                )
                self.report(solve.span, "NG002" if known else "NG014", message)
            elif solve.method != "cnexp":
                self.report(solve.span, "NG002", f"METHOD {solve.method} is not differentiated yet", "cnexp is")
            elif solve not in top_level or solve.steady_state:
                self.report(
                    solve.span, "NG002", "a SOLVE outside the top level of BREAKPOINT is not differentiated yet"
                )
        if len(mechanism.solves) > 1:
            self.report(mechanism.solves[1].span, "NG002", "more than one SOLVE is not differentiated yet")

    def _check_recursion(self, mechanism: Mechanism) -> None:
        called = called_by(mechanism)
        for block in mechanism.callables:
            if block.name in reached(called, called[block.name]):
                self.report(block.span, "NG002", f"{block.name} calls itself: recursion is not differentiated")

    def _check_functions(self, mechanism: Mechanism) -> None:
        """A FUNCTION computes a value and nothing else; events come with their weight and nothing else."""
        for function in mechanism.functions.values():
            own = {function.name, *(a.name for a in function.arguments), *local_names(function.body)}
            for item in subnodes(function.body):
                if isinstance(item, n.Assign) and item.target.name not in own:
                    message = f"the FUNCTION {function.name} assigns {item.target.name}: not differentiated yet"
                    self.report(item.span, "NG026", message, "a PROCEDURE may do that")
        if mechanism.net_receive:
            weights = {a.name for a in mechanism.net_receive.arguments}
            for item in subnodes(mechanism.net_receive.body):
                if isinstance(item, n.VariableName) and item.name == "flag":
                    self.report(item.span, "NG002", "the flag of an event is not differentiated yet")
                elif isinstance(item, n.Assign) and item.target.name in weights:
                    message = f"assigning {item.target.name} changes the NetCon's weight: not differentiated yet"
                    self.report(item.span, "NG002", message)

    def _scopes(self, mechanism: Mechanism) -> Iterator[tuple[n.Body, set[str]]]:
        for item in mechanism.tree.items:
            match item:
                case n.FunctionBlock(name=name, arguments=arguments, body=body):
                    yield body, {name, *(a.name for a in arguments)}
                case n.ProcedureBlock(arguments=arguments, body=body):
                    yield body, {a.name for a in arguments}
                case n.NetReceiveBlock(arguments=arguments, body=body):
                    yield body, {"flag", *(a.name for a in arguments)}
                case n.InitialBlock(body=body) | n.BreakpointBlock(body=body) | n.DerivativeBlock(body=body):
                    yield body, set()

    def _check_names(self, mechanism: Mechanism, body: n.Body, outer: set[str]) -> None:
        local_lists = [item for item in subnodes(body) if isinstance(item, n.LocalList)]
        known = {name for item in local_lists for name in item.names} | outer | mechanism.symbols.keys() | ENVIRONMENT
        for item in subnodes(body):
            if isinstance(item, n.VariableName | n.Prime) and item.name not in known:
                self._undefined(item, item.name, known)
            elif isinstance(item, n.Call):
                self._check_call(mechanism, item)

    def _check_hiding(self, mechanism: Mechanism, body: n.Body, outer: set[str], is_block: bool) -> None:
        """A LOCAL that hides another name: told apart inside functions and procedures, not elsewhere."""
        lists = [item for item in subnodes(body) if isinstance(item, n.LocalList)]
        for number, local_list in enumerate(lists):
            others = {name for other in lists[:number] for name in other.names} | outer
            if is_block or local_list is not body.locals:
                others |= mechanism.symbols.keys()
            for name in sorted(others.intersection(local_list.names)):
                message = f"LOCAL {name} hides another {name}: not differentiated yet"
                self.report(local_list.span, "NG025", message, "give the LOCAL a name of its own")

    def _check_hidden_from_calls(self, mechanism: Mechanism, body: n.Body, outer: set[str]) -> None:
        """A LOCAL or an argument, and a routine that is called and means the mechanism's variable of that name."""
        flow = Dataflow(mechanism)
        own = outer | local_names(body)
        for call in calls(body):
            block = mechanism.functions.get(call.name) or mechanism.procedures.get(call.name)
            if block is None:
                continue
            access = (flow.function if isinstance(block, n.FunctionBlock) else flow.procedure)(call.name)
            for name in sorted(own & mechanism.symbols.keys() & (access.live | access.written)):
                message = f"{name} is an argument or a LOCAL here, but {call.name} means the mechanism's own {name}"
                self.report(call.span, "NG025", message, "give the argument or the LOCAL a name of its own")

    def _check_call(self, mechanism: Mechanism, call: n.Call) -> None:
        block = mechanism.functions.get(call.name) or mechanism.procedures.get(call.name)
        count = len(block.arguments) if block else INTRINSICS.get(call.name)
        if call.name in BEYOND:
            self.report(call.span, "NG002", f"{call.name} is not differentiated yet")
        elif count is None:
            known = {*mechanism.functions, *mechanism.procedures, *INTRINSICS}
            self._undefined(call, call.name, known)
        elif count != len(call.arguments):
            self.report(call.span, "NG015", f"{call.name} takes {count} arguments, not {len(call.arguments)}")

    def _undefined(self, item: n.Node, name: str, known: set[str]) -> None:
        near = difflib.get_close_matches(name, sorted(known), n=2)
        self.report(item.span, "NG010", f"{name} is not defined", f"did you mean {' or '.join(near)}?" if near else "")
