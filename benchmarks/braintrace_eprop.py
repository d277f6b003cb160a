"""A trial with braintrace: ``python braintrace_eprop.py <task.npz> <algorithm> <precision> <gradient.npy>``.

Needs nothing of this repository; `benchmarks.eprop_vs_braintrace` writes the task and says what the algorithms are.
Writes the gradient of input and recurrent weights, and prints one line of JSON: CPU seconds per trial, compiled before.
"""

import json
import os
import sys
import time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import brainstate
import braintrace
import jax
import jax.numpy as jnp
import numpy as np

TRIALS = 3


class Recurrent(brainstate.nn.Module):
    """LIF neurons with a soft reset; returns their spikes as the readout filters them.

    Parameters
    ----------
    task : dict
        Constants and weights.
    spikes_are_states : bool
        Whether spikes have a trace of their own, as the voltage has.
    """

    def __init__(self, task: dict, spikes_are_states: bool) -> None:
        super().__init__()
        self.task, self.n_rec = task, len(task["w_rec"])
        self.spikes = brainstate.HiddenState if spikes_are_states else brainstate.ShortTermState
        self.w = brainstate.ParamState(jnp.asarray(np.concatenate([task["w_in"], task["w_rec"]])))

    def init_state(self, *_: object, **__: object) -> None:
        """Begin at rest."""
        rest = jnp.zeros(self.n_rec)
        self.v, self.z = brainstate.HiddenState(rest), self.spikes(rest)
        self.wait, self.filtered = brainstate.ShortTermState(rest), brainstate.ShortTermState(rest)

    def reset_state(self, *_: object, **__: object) -> None:
        """Return to rest."""
        for state in (self.v, self.z, self.wait, self.filtered):
            state.value = jnp.zeros(self.n_rec)

    def pulse(self, above: jax.Array) -> jax.Array:
        """Return spikes, whose derivative is the pseudo-derivative."""
        v_th, gamma = self.task["v_th"], self.task["gamma"]

        @jax.custom_jvp
        def spike(value: jax.Array) -> jax.Array:
            return (value > 0).astype(value.dtype)

        @spike.defjvp
        def slope(primals: tuple, tangents: tuple) -> tuple:
            psi = gamma / v_th * jnp.maximum(0, 1 - jnp.abs(primals[0]) / v_th)
            return spike(primals[0]), psi * tangents[0]

        return spike(above)

    def update(self, x: jax.Array) -> jax.Array:
        """Advance by one step."""
        task, before = self.task, jax.lax.stop_gradient(self.z.value)
        wait = jnp.where(before > 0, task["n_ref"], self.wait.value) - 1
        drive = braintrace.matmul(jnp.concatenate([x, before]), self.w.value)
        v = task["alpha"] * self.v.value + drive - task["v_th"] * before
        z = self.pulse(v - task["v_th"]) * (wait <= 0)
        # The loss depends on z alone. If z were computed from the state that is stored here, it would count twice.
        self.v.value = v + 0.0 if self.spikes is brainstate.HiddenState else v
        self.z.value, self.wait.value = z, wait
        filtered = task["kappa"] * jax.lax.stop_gradient(self.filtered.value) + z
        self.filtered.value = jax.lax.stop_gradient(filtered)
        return filtered


def main() -> None:
    """Compute the gradient of one trial."""
    file, algorithm, precision, out = sys.argv[1:]
    if precision == "double":
        jax.config.update("jax_enable_x64", True)
    brainstate.environ.set(precision={"double": 64, "single": 32}[precision])
    with np.load(file) as held:
        task = {name: float(value) if value.ndim == 0 else value for name, value in held.items()}
    name, _, voltage = algorithm.partition(", ")
    network = Recurrent(task, spikes_are_states=not voltage)
    kappa = task["kappa"]
    options = {"EProp": {"kappa_filter_decay": kappa}, "D_RTRL": {}, "pp_prop": {"decay_or_rank": kappa}}[name]
    x, target, w_out = (jnp.asarray(task[key], dtype=float) for key in ("x", "target", "w_out"))
    learner = braintrace.compile(network, getattr(braintrace, name), x[0], **options)

    def loss(spikes: jax.Array, goal: jax.Array) -> jax.Array:
        return 0.5 * jnp.sum((learner(spikes) @ w_out - goal) ** 2)

    @brainstate.transform.jit
    def trial() -> dict:
        brainstate.nn.reset_all_states(network)
        learner.reset_state()
        return learner.etrace_grad(x, target, step_fn=loss, reduction="sum")

    jax.block_until_ready(trial())
    start = time.process_time()
    for _ in range(TRIALS):
        (found,) = jax.block_until_ready(trial()).values()
    spent = (time.process_time() - start) / TRIALS
    gradient, n_in = np.array(found), len(task["w_in"])
    np.fill_diagonal(gradient[n_in:], 0.0)  # no synapse from a neuron onto itself
    np.save(out, gradient.ravel())
    print(json.dumps({"cpu_s": spent}))


if __name__ == "__main__":
    main()
