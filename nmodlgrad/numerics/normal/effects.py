"""FUNCTIONs that assign variables of the mechanism: a call becomes a statement of its own, before the one it is in.

Such a FUNCTION is a PROCEDURE then that leaves its value in a variable. C leaves open in which order the operands of an
expression are evaluated: where that matters, the mechanism is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

from nmodlgrad.diagnostics import Diagnostic, Refused
from nmodlgrad.numerics import build
from nmodlgrad.numerics.normal.rewrite import rebuilt, with_locals, within
from nmodlgrad.semantics.dataflow import Dataflow
from nmodlgrad.semantics.mechanism import Mechanism, Role, Scope, Symbol
from nmodlgrad.semantics.names import Names
from nmodlgrad.syntax import nodes as n
from nmodlgrad.syntax.walk import calls, children, subnodes


def lift(mechanism: Mechanism, names: Names) -> Mechanism:
    """The mechanism with FUNCTIONs that do nothing but compute.

    Raises
    ------
    Refused
        where a call can not be taken out of its expression.
    """
    flow = Dataflow(mechanism)
    lifting = _Lifting(flow, names)
    if not lifting.impure:
        return mechanism
    for name in sorted(lifting.impure):
        _refuse_table(mechanism, mechanism.functions[name])
        _refuse_c_code(mechanism.functions[name])
    items = [lifting.block(item) for item in mechanism.items]
    symbols = {**mechanism.symbols}
    for name, variable in lifting.results.items():
        symbols[variable] = Symbol(variable, Role.ASSIGNED, Scope.INSTANCE, mechanism.functions[name].span)
    procedures = [lifting.procedure(item) if isinstance(item, n.FunctionBlock) else item for item in items]
    return replace(rebuilt(mechanism, procedures, symbols), results=lifting.results)


def _refuse_table(mechanism: Mechanism, block: n.FunctionBlock) -> None:
    table = mechanism.table(block)
    if table is not None:
        message = f"the FUNCTION {block.name} has a TABLE, and assigns variables: not differentiated"
        raise Refused([Diagnostic.at(table.span, "NG026", message, "a PROCEDURE may do that")])


def _refuse_c_code(block: n.FunctionBlock) -> None:
    code = next((x for x in subnodes(block.body) if isinstance(x, n.Verbatim)), None)
    if code is not None:
        message = f"the FUNCTION {block.name} assigns variables, and holds C code: not differentiated"
        raise Refused([Diagnostic.at(code.span, "NG026", message, "a PROCEDURE may do that")])


@dataclass
class _Lifting:
    """`results` are the variables that hold the values of FUNCTIONs, as far as these are asked for."""

    flow: Dataflow
    names: Names
    results: dict[str, str] = field(default_factory=dict)
    temporaries: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        functions = self.flow.mechanism.functions
        variables = self.flow.mechanism.symbols.keys()  # C code may have others of its own
        self.impure = {str(name) for name in functions if self.flow.ever_written[name] & variables}
        for item in self.flow.mechanism.items:
            statements = {id(x.call) for x in subnodes(item) if isinstance(x, n.CallStatement)}
            for call in calls(item):
                if call.name in self.impure and id(call) not in statements and call.name not in self.results:
                    self.results[str(call.name)] = self.names.fresh(f"{call.name}_value")

    # ------------------------------------------------------------------ blocks
    def block(self, item: n.Node) -> n.Node:
        """An item with its calls lifted."""
        body: n.Body | None = getattr(item, "body", None)
        if body is None:
            return item
        self.temporaries = []
        changed = self._body(body)
        return replace(item, body=with_locals(changed, self.temporaries))  # type: ignore[call-arg]

    def procedure(self, block: n.FunctionBlock) -> n.FunctionBlock | n.ProcedureBlock:
        """An impure FUNCTION as the PROCEDURE that it is."""
        if block.name not in self.impure:
            return block
        variable = self.results.get(block.name, f"{block.name}_unused")
        body = within(block.body, lambda node: _renamed(node, block.name, variable))
        if block.name in self.results:
            body = replace(body, statements=(build.assign(variable, build.number("0")), *body.statements))
        else:
            body = with_locals(body, [variable])
        return n.ProcedureBlock(block.span, block.name, block.arguments, block.unit, body)

    def _body(self, body: n.Body) -> n.Body:
        lifted: list[n.Node] = []
        for statement in body.statements:
            lifted += self._statement(statement)
        same = len(lifted) == len(body.statements) and all(
            one is two for one, two in zip(lifted, body.statements, strict=True)
        )
        return body if same else replace(body, statements=tuple(lifted))  # type: ignore[arg-type]

    # ------------------------------------------------------------------ statements
    def _statement(self, statement: n.Statement) -> Iterator[n.Node]:
        match statement:
            case n.IfStatement():
                yield from self._if(statement)
            case n.Body():
                yield self._body(statement)
            case n.FromStatement() | n.WhileStatement() | n.ForNetcons() | n.NetInitial():
                heads = [x for x in children(statement) if not isinstance(x, n.Body)]
                self._refuse_calls(heads, "at the head of a loop")
                yield replace(statement, body=self._body(statement.body))
            case n.CallStatement(call=call):
                before: list[n.Node] = []
                arguments = self._each(call.arguments, before)
                yield from before
                yield replace(statement, call=replace(call, arguments=arguments)) if before else statement
            case n.Assign() | n.Reaction():
                self._refuse_repeated(statement)
                before = []
                changed = within(statement, lambda x: self._top(x, before))
                yield from before
                yield changed
            case _:
                self._refuse_calls([statement], "here")
                yield statement

    def _if(self, statement: n.IfStatement) -> Iterator[n.Node]:
        before: list[n.Node] = []
        condition = self._expression(statement.condition, before)
        orelse: n.Body | n.IfStatement | None = None
        if isinstance(statement.orelse, n.Body):
            orelse = self._body(statement.orelse)
        elif statement.orelse is not None:
            inner = list(self._if(statement.orelse))
            alone = inner[0] if len(inner) == 1 else n.Body(statement.orelse.span, None, tuple(inner))  # type: ignore[arg-type]
            assert isinstance(alone, n.Body | n.IfStatement)
            orelse = alone
        yield from before
        yield n.IfStatement(statement.span, condition, self._body(statement.body), orelse)

    # ------------------------------------------------------------------ expressions
    def _top(self, node: n.Node, before: list[n.Node]) -> n.Node:
        if isinstance(node, n.Reactant):
            return node
        return self._expression(node, before)  # type: ignore[arg-type]

    def _expression(self, node: n.Expression, before: list[n.Node]) -> n.Expression:
        """The expression without impure calls; these are added to `before`, in the order of evaluation."""
        if not self._impure_calls(node):
            return node
        match node:
            case n.Binary(left=left, operator="&&" | "||", right=right) if self._impure_calls(right):
                self._refuse_calls([right], "on the right of && or ||, where it is not always evaluated")
            case n.Binary(left=left, operator="&&" | "||"):  # the left side comes first
                return replace(node, left=self._expression(left, before))
            case n.Binary(left=left, right=right):
                one, two = self._each((left, right), before)
                return replace(node, left=one, right=two)
            case n.Unary(operand=operand):
                return replace(node, operand=self._expression(operand, before))
            case n.Call(span=span, name=name, arguments=given):
                call = replace(node, arguments=self._each(given, before))
                if name not in self.impure:
                    return call
                variable = self.names.numbered(name)
                self.temporaries.append(variable)
                before.append(n.CallStatement(span, call))
                before.append(build.assign(variable, build.name(self.results[name])))
                return build.name(variable)
        self._refuse_calls([node], "here")
        return node

    def _each(self, parts: Sequence[n.Expression], before: list[n.Node]) -> tuple[n.Expression, ...]:
        """Parts of an expression that C evaluates in any order."""
        for one, two in permutations(parts, 2):
            written = self._written(one)
            clash = sorted(written & (self.flow.reads(two) | self._written(two)))
            if clash:
                (call, *_) = [c for c in self._impure_calls(one) if clash[0] in self.flow.ever_written[c.name]]
                message = (
                    f"{call.name} assigns {clash[0]}, which the same expression uses elsewhere: their order is open"
                )
                raise Refused([Diagnostic.at(call.span, "NG026", message, "make it two statements")])
        return tuple(self._expression(part, before) for part in parts)

    def _impure_calls(self, node: n.Node) -> list[n.Call]:
        return [call for call in calls(node) if call.name in self.impure]

    def _written(self, node: n.Node) -> frozenset[str]:
        return frozenset().union(*(self.flow.ever_written[c.name] for c in self._impure_calls(node)))

    # ------------------------------------------------------------------ what can not be lifted
    def _refuse_repeated(self, statement: n.Assign | n.Reaction) -> None:
        """nocmodl evaluates the right side of an equation and the rates of a reaction more than once."""
        if isinstance(statement, n.Assign) and not isinstance(statement.target, n.Prime):
            return
        symbols = self.flow.mechanism.symbols
        for call in self._impure_calls(statement):
            access = self.flow.function(call.name)
            read = self.flow.reads(call)
            states = {x for x in read if x in symbols and symbols[x].role is Role.STATE}
            if access.live & self.flow.ever_written[call.name] or states:
                self._refuse_calls([call], "in an equation, where it is evaluated again and again")

    def _refuse_calls(self, nodes: Iterable[n.Node], where: str) -> None:
        for call in (c for node in nodes for c in self._impure_calls(node)):
            written = sorted(self.flow.ever_written[call.name])
            message = f"the FUNCTION {call.name} assigns {written[0]}, and is called {where}: not differentiated"
            raise Refused([Diagnostic.at(call.span, "NG026", message, "call it in a statement before")])


def _renamed(node: n.Node, old: str, new: str) -> n.Node:
    if isinstance(node, n.VariableName) and node.name == old:
        node = replace(node, name=n.Word(new, node.name.span))
    return within(node, lambda below: _renamed(below, old, new))
