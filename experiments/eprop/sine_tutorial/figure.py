"""Learning curves for three kinds of feedback, and what the readout draws before and after learning."""

from analysis.plots import COLOURS, band, panel_label, reported
from experiments.eprop.common.observations import by_trial, watched

SIZE = (7.0, 2.9)
FEEDBACK = {"symmetric": "blue", "random": "orange", "none": "grey"}
LABELS = {"symmetric": "symmetric feedback", "random": "random feedback", "none": "readout alone"}


def observe(recordings):
    """Loss and mean rate of every trial; the readout in the first and the last trial.

    Returns
    -------
    dict
        ``learning``: ``feedback``, ``seed``, ``iteration`` (from 1), ``loss``, ``rate_Hz``.
        ``drawn``: ``feedback``, ``trial`` (first, last), ``t_ms``, ``y``, ``goal``; one seed.
    """
    renamed = {"inputs.feedback": "feedback"}
    learning = by_trial(recordings, ["inputs.feedback"]).rename(columns=renamed)
    drawn = watched(recordings, "outputs", ["inputs.feedback"], step=1).rename(columns=renamed)
    return {
        "learning": learning[["feedback", "seed", "iteration", "loss", "rate_Hz"]],
        "drawn": drawn[["feedback", "trial", "t_ms", "y", "goal"]],
    }


def draw(tables, fig):
    """Panel a: loss; b: rate; c, d: the readout in the first and the last trial."""
    left, right = fig.subfigures(1, 2, width_ratios=[1.35, 1])
    (ax_loss, ax_rate) = left.subplots(1, 2)
    learning, marks = tables["learning"], tables["reported"]
    for kind, colour in FEEDBACK.items():
        rows = learning[learning["feedback"] == kind]
        band(ax_loss, rows, x="iteration", y="loss", over="seed", label=LABELS[kind], colour=colour)
        band(ax_rate, rows, x="iteration", y="rate_Hz", over="seed", colour=colour)
        first = rows[rows["seed"] == rows["seed"].min()]
        if rows["seed"].nunique() > 1:  # what the marks belong to
            ax_loss.plot(first["iteration"], first["loss"], ":", lw=0.8, color=COLOURS[colour])
    marks = marks[(marks["column"] == "loss") & (marks["iteration"] <= learning["iteration"].max())]
    # The published curves belong to one sequence of random numbers, that of seed 1.
    reported(ax_loss, marks["value"], marks["iteration"], marks["origin"], note=" (seed 1)")
    ax_loss.set(xlabel="iteration", ylabel="loss of the trial", ylim=(0, None))
    ax_rate.set(xlabel="iteration", ylabel="mean firing rate (Hz)", ylim=(0, None))
    for label, ax in zip("ab", (ax_loss, ax_rate), strict=True):
        panel_label(ax, label)

    axes = right.subplots(2, 1, sharex=True, sharey=True)
    for ax, trial, label in zip(axes, ("first", "last"), "cd", strict=True):
        rows = tables["drawn"][tables["drawn"]["trial"] == trial]
        for kind in ("symmetric", "random"):
            one = rows[rows["feedback"] == kind]
            ax.plot(one["t_ms"], one["y"], lw=1.0, color=COLOURS[FEEDBACK[kind]])
        goal = rows[rows["feedback"] == "random"]
        (target,) = ax.plot(goal["t_ms"], goal["goal"], "--", lw=1.0, color="0.3", label="target")
        ax.set_title(f"{trial} trial", loc="center")
        ax.set_ylabel("readout")
        panel_label(ax, label)
    fig.legend(handles=[*ax_loss.get_legend_handles_labels()[0], target], loc="outside upper center", ncols=4)
    axes[1].set_xlabel("time in the trial (ms)")
