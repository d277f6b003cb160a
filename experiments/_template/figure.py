"""Standard deviation of the voltage over time."""

from analysis.plots import band, panel_label, reported

SIZE = (3.4, 2.4)


def observe(recordings):
    """Reduce recordings to small tidy tables.

    Returns
    -------
    dict
        ``spread``: ``tau_m_ms``, ``seed``, ``t_ms``, ``sd``.
    """
    trace = recordings["trace"].merge(recordings["points"][["point", "neurons.tau_m_ms"]], on="point")
    trace = trace.rename(columns={"neurons.tau_m_ms": "tau_m_ms"})
    spread = trace.groupby(["tau_m_ms", "seed", "t_ms"], as_index=False)["v"].std()
    return {"spread": spread.rename(columns={"v": "sd"})}


def draw(tables, fig):
    """Draw from tables only; ``tables["reported"]`` holds the numbers of targets.yaml."""
    ax = fig.subplots()
    for (tau_m, rows), colour in zip(tables["spread"].groupby("tau_m_ms"), ("blue", "orange"), strict=False):
        band(ax, rows, x="t_ms", y="sd", label=rf"$\tau_m$ = {tau_m:g} ms", colour=colour)
    known = tables["reported"].iloc[0]
    reported(ax, known["value"], origin=known["origin"])
    ax.set(xlabel="time (ms)", ylabel="standard deviation of v")
    ax.legend()
    panel_label(ax, "a")
