"""`DenseSynapses`: Brian2's `Synapses` between all pairs of neurons, with nested loops instead of lists of indices."""

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2 import Synapses, get_device, prefs
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.groups.group import CodeRunner
from brian2.synapses.synapses import SummedVariableUpdater, SynapticPathway

from dense.blocking import flush_name, overwritten, touched, waiting_for, why_not_wait
from dense.generator import DenseCodeObject, NotDense

BLOCK = 64  # steps that statements wait at most: the state of the synapses is fetched once for all of them
CACHE = 256 * 1024  # bytes of the second-level cache for the values that wait


@dataclass(frozen=True)
class Layout:
    """Where the synapses of a `DenseSynapses` lie.

    Parameters
    ----------
    n_pre, n_post : int
        Rows and columns of the matrix of synapses: neurons of one copy.
    copies : int
        Copies of the neurons that share the synapses.
    source_start, target_start : int
        First neuron, when source or target is part of a group.
    self_connections : bool
        Whether synapse (i, i) exists. Synapses are stored row after row.
    """

    n_pre: int
    n_post: int
    copies: int
    source_start: int
    target_start: int
    self_connections: bool

    @property
    def n_synapses(self) -> int:
        """Synapses of one copy."""
        return self.n_pre * self.n_post - (0 if self.self_connections else self.n_pre)


class DenseSynapses(Synapses):
    """Synapses from every neuron of the source to every neuron of the target.

    Takes the arguments of `brian2.Synapses`, and means the same. In C++ standalone, its code runs through rows and
    columns without index arrays, in vector registers. Steps (`run_regularly`, clock-driven equations) whose results
    nothing else reads in every time step wait until 64 steps are collected, and then run at once with the state of a
    synapse in registers. Statements that cannot run this way use Brian2's own loops. `plans` tells which, and why.
    On other devices everything does.

    Parameters
    ----------
    source : NeuronGroup or Subgroup
        Presynaptic neurons, ``copies * n_pre`` of them.
    target : NeuronGroup or Subgroup, optional
        Postsynaptic neurons, ``copies * n_post`` of them; by default the source.
    *args, **kwargs
        As for `brian2.Synapses`. ``dtype=numpy.float32`` halves memory and time, whatever the precision of the neurons.
    copies : int
        Number of copies of the neurons (a mini-batch) that share the ``n_pre * n_post`` synapses. Neuron ``u`` of copy
        ``c`` is element ``c * n_pre + u``. Spikes and summed variables stay within a copy. A step that names a variable
        of a neuron anywhere runs, as a whole, once per copy and in order, so that ``grad += err_post * rate_pre`` sums
        over the copies; a step that names none runs once.
    own : sequence of str
        Variables of which every copy has values of its own, such as eligibility traces: all synapses
        of one copy, then those of the next. Only steps may use them, and such a step runs once per copy.
    rows : int
        Rows that are computed together, so that what belongs to a postsynaptic neuron is loaded once for all of them:
        by a step that waits, and when as many presynaptic neurons spike at once. Four are up to twice as fast as one.
        Not with ``"i != j"``, and not steps that use `own`.
    fused : bool
        Whether a product and the sum that it is added to are rounded once in steps, where the processor can. Faster,
        but then results depend on the generation of the processor in their last places.
    products : int
        Steps that wait at most if what they do is linear in the state of a synapse: then all of them, and all copies,
        are one matrix product for every number that is looked at after them, the faster the more steps. 0: never. What
        neurons show in all these steps must fit into memory. Sums are in another order than Brian2's, so results
        differ in their last places. Not with ``"i != j"``.

    Attributes
    ----------
    plans : dict of str
        For every piece of code, how it runs; filled when the code is generated.

    Raises
    ------
    ValueError
        A number of neurons that is no multiple of ``copies``, a delay, or a spike or sum that uses one of `own`.
    NotImplementedError
        At a run: ``copies`` above 1 on another device than C++ standalone.

    Notes
    -----
    Delays are not dense; use `Synapses`. In double precision, and without `fused` and `products`, everything is equal
    to the bit to what `Synapses` compute. What spikes add to a neuron is added in its precision, whatever that of the
    synapses.
    """

    def __init__(
        self,
        source: Any,
        target: Any = None,
        *args: Any,
        copies: int = 1,
        own: Sequence[str] = (),
        rows: int = 1,
        fused: bool = False,
        products: int = 0,
        **kwargs: Any,
    ) -> None:
        # GeNN's device is a kind of C++ standalone, with other loops.
        self.on_device = type(get_device()) is CPPStandaloneDevice
        self.copies = copies
        self.own = frozenset(own) if copies > 1 else frozenset()
        self.rows = rows
        self.fused = fused
        self.products = products
        self.self_connections = True
        self.plans: dict[str, str] = {}
        if kwargs.get("delay") is not None:
            raise ValueError(f"'{kwargs.get('name', 'synapses')}': DenseSynapses have no delays; use Synapses")
        for group in (source, source if target is None else target):
            if len(group) % copies:
                raise ValueError(f"'{group.name}' has {len(group)} neurons, which are not {copies} copies of a layer")
        super().__init__(source, target, *args, **kwargs)
        if not self.on_device:
            return
        for runner in [*self.contained_objects]:
            self._make_dense(runner)

    def _create_variables(self, equations: Any, user_dtype: Any = None) -> None:
        """Create the variables; those of `own` do not grow with the synapses, but have their size from the start."""
        super()._create_variables(equations, user_dtype)
        for name in self.own:
            one = self.variables._variables.pop(name)
            size = len(self.source) * len(self.target) // self.copies
            self.variables.add_array(name, size=size, dimensions=one.dim, dtype=one.dtype)

    @property
    def float_dtype(self) -> np.dtype:
        """Precision of the loop: that of the variables of the synapses, if they have all the same."""
        own = [
            np.dtype(self.variables[name].dtype)
            for name in self.equations.names
            if name not in self.equations.subexpr_names
        ]
        types = {dtype for dtype in own if np.issubdtype(dtype, np.floating)}
        return types.pop() if len(types) == 1 else np.dtype(prefs.core.default_float_dtype)

    @property
    def layout(self) -> Layout:
        """Where the synapses lie."""
        return Layout(
            len(self.source) // self.copies,
            len(self.target) // self.copies,
            self.copies,
            getattr(self.source, "start", 0),
            getattr(self.target, "start", 0),
            self.self_connections,
        )

    def connect(self, condition: Any = None, **kwargs: Any) -> None:
        """Make all synapses, or all but those from a neuron onto itself.

        Parameters
        ----------
        condition : str, optional
            ``"i != j"``, between layers of the same size, or nothing.
        **kwargs
            None. `Synapses` has other connections.

        Raises
        ------
        ValueError
            Any other argument.
        """
        if kwargs or condition not in (None, True, "i != j"):
            raise ValueError(f"'{self.name}': DenseSynapses connect all pairs, or all with 'i != j'; use Synapses")
        self.self_connections = condition != "i != j"
        n_pre, n_post = self.layout.n_pre, self.layout.n_post
        if not self.self_connections and n_pre != n_post:
            raise ValueError(f"'{self.name}': 'i != j' needs layers of the same size, not {n_pre} and {n_post}")
        for name in self.own:
            self.variables[name].size = self.copies * self.layout.n_synapses
        if self.copies == 1:
            super().connect(condition=condition)
        else:
            other = "" if self.self_connections else " and i != k"
            super().connect(j=f"k for k in range({n_post}) if i < {n_pre}{other}")

    def before_run(self, run_namespace: Any) -> None:
        """Refuse copies on a device that does not have them."""
        if self.copies > 1 and not self.on_device:
            raise NotImplementedError(f"'{self.name}': copies of the neurons need the device cpp_standalone")
        super().before_run(run_namespace)

    def run_regularly(self, *args: Any, **kwargs: Any) -> CodeRunner:
        """Run statements on a clock, as `brian2.Synapses.run_regularly`.

        Parameters
        ----------
        *args, **kwargs
            As there.

        Returns
        -------
        CodeRunner
            The object that runs the statements.
        """
        runner = super().run_regularly(*args, **kwargs)
        if self.on_device:
            self._make_dense(runner)
        return runner

    def _make_dense(self, runner: CodeRunner) -> None:
        """Let a piece of code of these synapses try the dense loop before Brian2's own."""
        if isinstance(runner, SynapticPathway):
            keywords: Callable[[], dict] = lambda: {  # noqa: E731
                "prepost": runner.prepost,
                "rows": self.rows,
                "events": runner.source.variables[runner.eventspace_name],
                "flushes": self._flushes(runner),
            }
            self._try(runner, {"dense_pathway": keywords}, needed=[runner.eventspace_name, "delay"])
            own = runner.create_code_objects

            def create_code_objects(run_namespace: Any) -> None:
                code_object = runner.create_default_code_object(run_namespace)
                if isinstance(code_object, DenseCodeObject):  # without the queue of spikes
                    runner.code_objects[:] = [weakref.proxy(code_object)]
                else:
                    own(run_namespace)

            runner.create_code_objects = create_code_objects
        elif isinstance(runner, SummedVariableUpdater):
            into = "post" if runner.target_varname.endswith("_post") else "pre"
            self._try(runner, {"dense_summed": lambda: {"into": into}})
        elif isinstance(runner, CodeRunner):
            ways = {"dense_pass": lambda: self._waiting(runner)}
            if self.products:
                ways = {"dense_products": lambda: self._waiting(runner, self.products)} | ways
            self._try(runner, ways)

    def _waiting(self, runner: CodeRunner, products: int = 0) -> dict[str, Any]:
        """Return how many steps a piece of code waits, and which pieces that wait must run before it.

        Raises
        ------
        NotDense
            Matrix products are asked for, and there would be one term of the sum at a time.
        """
        reason = why_not_wait(self, runner)
        if products and reason and self.copies == 1:
            raise NotDense(reason)
        steps = 1 if reason else products or BLOCK
        plan = f"every step: {reason}" if reason else f"{steps} steps at a time"
        return {
            "steps": steps,
            "rows": 1 if reason else self.rows,
            "fused": self.fused,
            "plan": f"{plan}, as products" if products else plan,
            "cache": CACHE // self.float_dtype.itemsize,
            "flush": flush_name(runner),
            "flushes": self._flushes(runner),
            "partial_flushes": [
                (self._flush_before(runner, other), overwritten(self, other))
                for other in self.contained_objects
                if isinstance(other, CodeRunner) and self._flush_before(runner, other) != flush_name(runner)
            ],
        }

    def _flush_before(self, waits: CodeRunner, runner: CodeRunner) -> str:
        """Return the C++ function that runs what waits, but for what other code overwrites without looking at it."""
        spared = self.products and overwritten(self, runner) and waits in waiting_for(self, runner)
        return flush_name(waits, runner.name if spared else "")

    def _flushes(self, runner: CodeRunner) -> list[str]:
        """Return the C++ functions that run what waits for a piece of code."""
        return [self._flush_before(other, runner) for other in waiting_for(self, runner)]

    def _try(self, runner: CodeRunner, ways: dict[str, Callable[[], dict]], needed: Any = ()) -> None:
        """Replace the method that makes the code: dense templates first, then what Brian2 would have done."""
        own = runner.create_default_code_object
        plain = runner.template, runner.codeobj_class, runner.template_kwds, runner.needed_variables

        def create_default_code_object(run_namespace: Any) -> Any:
            reason: NotDense | None = None
            for template, keywords in ways.items():
                runner.template, runner.codeobj_class, runner.template_kwds, runner.needed_variables = plain
                try:
                    words = {**keywords(), "layout": self.layout}
                    runner.template, runner.codeobj_class = template, DenseCodeObject
                    runner.template_kwds = {**(runner.template_kwds or {}), **words}
                    runner.needed_variables = [*runner.needed_variables, *needed]
                    code_object = own(run_namespace)
                except NotDense as said:
                    reason = said
                    continue
                self.plans[runner.name] = words.get("plan", "dense") + (f"; no products: {reason}" if reason else "")
                if words.get("steps", 1) > 1:
                    get_device().insert_code("after_network_run", f"{words['flush']}();")
                return code_object
            read, written = touched(self, runner)
            if used := self.own & (read | written):
                what = f"'{min(used)}' is one for each copy"
                raise ValueError(f"'{self.name}': {what}, but {runner.name} runs once: {reason}") from reason
            if waiting := waiting_for(self, runner):
                what = f"{waiting[0].name} waits for {runner.name}, which needs Brian2's own loop: {reason}"
                raise ValueError(f"'{self.name}': {what}; use Synapses") from reason
            runner.template, runner.codeobj_class, runner.template_kwds, runner.needed_variables = plain
            self.plans[runner.name] = f"plain: {reason}"
            return own(run_namespace)

        runner.create_default_code_object = create_default_code_object
