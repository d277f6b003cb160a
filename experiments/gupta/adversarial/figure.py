"""Accuracy under attack for the local rule, for backpropagation in several forms, and for a linear classifier."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from analysis.points import values
from experiments.gupta.adversarial.inputs import blocks, dataset, images
from experiments.gupta.adversarial.reference import LINEAR, network
from experiments.gupta.common.attacks import trained_network
from experiments.gupta.common.digits import split, task
from experiments.gupta.common.presentations import answers

SIZE = (7.4, 5.6)

LOCAL, BACKPROP, SIGMOIDS = "local rule", "backpropagation", "backpropagation, sigmoids"
DECAYS = [f"backpropagation, L2{strength}" for strength in ("", " 0.03", " 0.1")]
METHODS = {LOCAL: "blue", BACKPROP: "orange", SIGMOIDS: "red", **dict.fromkeys(DECAYS, "purple"), LINEAR: "green"}
STYLES = dict(zip(DECAYS, ("-", "--", ":"), strict=True))
TITLES = {
    "FGSM": "FGSM",
    "PGD": "PGD, 10 steps",
    "restarts": "PGD, 4 starts",
    "transfer": "made on the other",
    "random": "random signs",
}
EASY, EXAMPLE = "0, 1", "3, 5"
SHOWN = (0.0, 0.05, 0.1, 0.2)


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Accuracies under attack, and a few images with their answers.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``readout``, ``final`` and ``points``; the tables of `experiments.gupta.adversarial.reference`.

    Returns
    -------
    dict of DataFrame
        robustness : pair, hard (all pairs but 0, 1), seed, method, attack, epsilon, accuracy. Every attack has a row at
            epsilon 0, that of the untouched images. ``transfer`` are images made on backpropagation for the local rule,
            and on the local rule for backpropagation; ``restarts`` is the strongest attack.
        summary : pairs (all or hard), epsilon, and differences of the means over pairs and seeds; see `summary`.
        gradient : pair, seed, method, zero (share of exactly vanishing entries of the gradient).
        examples : pair, image, epsilon, label, pixel, x, and the answers ``local`` and ``backpropagation``, as digits.
    """
    points = recordings["points"]
    points = points.assign(pair=points["inputs.digits"])
    judged = answers(recordings["readout"], points)
    robustness, gradient, examples = [], [], []
    for _, p in points.iterrows():
        epsilons = tuple(float(epsilon) for epsilon in p["inputs.epsilons"].split(","))
        mine = {name: table[table["point"] == p["point"]] for name, table in recordings.items()}
        found, zeros, shown = attacked(p, mine, judged, epsilons)
        known = {"pair": p["pair"], "hard": p["pair"] != EASY, "seed": int(p["seed"])}
        robustness.append(found.assign(**known))
        gradient.append(zeros.assign(**known))
        if p["pair"] == EXAMPLE and p["seed"] == points["seed"].min():
            examples.append(shown.assign(pair=p["pair"]))
    table = pd.concat(robustness, ignore_index=True)
    clean = table[table["attack"] == "none"]
    attacks = [attack for attack in table["attack"].unique() if attack != "none"]
    table = pd.concat([table[table["attack"] != "none"], *(clean.assign(attack=attack) for attack in attacks)])
    order = ["pair", "seed", "method", "attack", "epsilon"]
    return {
        "robustness": table.sort_values(order, ignore_index=True)[[*order, "hard", "accuracy"]],
        "summary": pd.concat([summary(table, "all"), summary(table[table["hard"]], "hard")], ignore_index=True),
        "gradient": pd.concat(gradient, ignore_index=True),
        "examples": pd.concat(examples, ignore_index=True),
    }


def attacked(
    p: pd.Series, mine: dict[str, DataFrame], judged: DataFrame, epsilons: tuple[float, ...]
) -> tuple[DataFrame, DataFrame, DataFrame]:
    """Collect the accuracies of one point.

    Parameters
    ----------
    p : Series
        The point.
    mine : dict of DataFrame
        Its recordings and references.
    judged : DataFrame
        Answers of all points.
    epsilons : tuple of float
        Sizes of the perturbation.

    Returns
    -------
    robustness, gradient, examples : DataFrame
        See `observe`, for this point.
    """
    seed, n_test = int(p["seed"]), int(p["inputs.n_test"])
    local, _, _ = trained_network(values(p), mine["final"])
    data = split(dataset(values(p)), *task(values(p)), np.random.default_rng(seed))
    _, _, x_test, y_test = data
    backprop = network(mine["baseline_weights"])

    todo = blocks(epsilons)
    together = int(p["network.n_rows"]) // n_test
    seen = judged[(judged["point"] == p["point"]) & (judged["seed"] == seed) & (judged["round"] > 0)]
    block = (seen["round"] - 1) * together + seen["row"] // n_test
    rows = [
        {"method": LOCAL, "attack": todo[number][0], "epsilon": todo[number][1], "accuracy": correct.mean()}
        for number, correct in seen["correct"].groupby(block)
    ]
    for attack, epsilon in todo:
        if attack == "transfer":
            moved = images(attack, epsilon, x_test, y_test, backprop, local, seed)
            score = float(np.mean(backprop.margin(moved, y_test) > 0))
            rows.append({"method": BACKPROP, "attack": attack, "epsilon": epsilon, "accuracy": score})
    zero = DataFrame({"method": [LOCAL], "zero": [np.mean(local.gradient(x_test, y_test) == 0)]})
    return (
        pd.concat([DataFrame(rows), mine["baseline_robustness"][["method", "attack", "epsilon", "accuracy"]]]),
        pd.concat([zero, mine["baseline_gradient"][["method", "zero"]]]),
        chosen_examples(seen.assign(block=block), todo, data, task(values(p))[0], backprop, local, seed),
    )


def chosen_examples(mine, todo, data, digits, backprop, local, seed):
    """Take the first test image of each class that both models get right, with its FGSM versions; see `observe`."""
    _, _, x_test, y_test = data
    n_test, rows = len(y_test), []
    untouched = mine[mine["block"] == 0].sort_values("row")
    right = untouched["correct"].to_numpy() & (backprop.margin(x_test, y_test) > 0)
    for number in (0, 1):
        image = int(np.flatnonzero(right & (y_test == number))[0])
        for epsilon in SHOWN:
            attack = ("FGSM", epsilon) if epsilon else ("none", 0.0)
            if attack not in todo:
                continue
            of_block = mine[(mine["block"] == todo.index(attack)) & (mine["row"] % n_test == image)]
            x, y = x_test[image : image + 1], y_test[image : image + 1]
            for model, rates in ((LOCAL, local), (BACKPROP, backprop)):
                moved = images(*attack, x, y, rates, rates, seed)
                answer = of_block["answer"].iloc[0] if model == LOCAL else rates.voltages(moved)[-1].argmax()
                known = {"image": number, "model": model, "epsilon": epsilon, "label": digits[y[0]]}
                pixels = {"pixel": np.arange(moved.size), "x": moved[0].astype(np.float32)}
                rows.append(DataFrame({**known, "answer": digits[answer], **pixels}))
    return pd.concat(rows, ignore_index=True)


def summary(table: DataFrame, pairs: str) -> DataFrame:
    """Compare the means over pairs and seeds.

    Parameters
    ----------
    table : DataFrame
        The table ``robustness``, or some pairs of it.
    pairs : str
        Which pairs these are.

    Returns
    -------
    DataFrame
        One row a size of the perturbation. Local rule minus backpropagation: ``fgsm_gap``, ``pgd_gap``, ``random_gap``
        and, under the strongest attack, ``restarts_gap``, ``sigmoids_gap`` (with sigmoids), ``decay_gap`` (with the
        decay that helps most) and ``linear_gap`` (linear classifier). Of the local rule alone: ``transfer_gap`` (own
        FGSM images minus images made on backpropagation), ``pgd_cost`` (FGSM minus PGD). ``decay_share``: share of the
        FGSM gap that L2 decay closes.
    """
    wide = table.pivot_table(index="epsilon", columns=["method", "attack"], values="accuracy", aggfunc="mean")
    local, backprop, decay = (wide[method] for method in (LOCAL, BACKPROP, DECAYS[0]))
    gap = local["FGSM"] - backprop["FGSM"]
    strongest = wide.xs("restarts", axis="columns", level="attack")
    found = {
        "fgsm_gap": gap,
        "pgd_gap": local["PGD"] - backprop["PGD"],
        "restarts_gap": strongest[LOCAL] - strongest[BACKPROP],
        "sigmoids_gap": strongest[LOCAL] - strongest[SIGMOIDS],
        "decay_gap": strongest[LOCAL] - strongest[DECAYS].max(axis=1),
        "linear_gap": strongest[LOCAL] - strongest[LINEAR],
        "transfer_gap": local["FGSM"] - local["transfer"],
        "pgd_cost": local["FGSM"] - local["PGD"],
        "random_gap": local["random"] - backprop["random"],
        "decay_share": (decay["FGSM"] - backprop["FGSM"]) / gap.where(gap.abs() > 0.05),
    }
    return DataFrame(found).reset_index().assign(pairs=pairs)[["pairs", "epsilon", *found]]


def draw_attack(ax: Axes, table: DataFrame, attack: str) -> None:
    """Draw the accuracies under one attack.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    table : DataFrame
        The table ``robustness``.
    attack : str
        Key of `TITLES`.
    """
    for method, colour in METHODS.items():
        rows = table[(table["attack"] == attack) & (table["method"] == method)]
        if attack != "transfer" or method in (LOCAL, BACKPROP):
            line = band(ax, rows, "epsilon", "accuracy", label=method, colour=colour)
            line.set_linestyle(STYLES.get(method, "-"))
    ax.axhline(0.5, color=COLOURS["grey"], linewidth=0.6, linestyle=":")
    ax.set(title=TITLES[attack], xlabel="size", ylim=(-0.02, 1.02), xlim=(0, None))
    if ax.get_legend():
        ax.get_legend().remove()


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Attacks above, examples below.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    top, bottom = fig.subfigures(2, 1, height_ratios=(1.0, 1.0))
    axes = top.subplots(1, len(TITLES), sharey=True)
    for ax, attack in zip(axes, TITLES, strict=True):
        draw_attack(ax, tables["robustness"], attack)
    axes[0].set_ylabel("test accuracy")
    handles = [
        Line2D([], [], color=COLOURS[colour], linestyle=STYLES.get(method, "-"), label=method)
        for method, colour in METHODS.items()
    ]
    top.legend(handles=handles, loc="outside upper center", ncols=4)

    examples = tables["examples"]
    sizes = sorted(examples["epsilon"].unique())
    models = [LOCAL, BACKPROP]
    grid = bottom.subplots(2, 2 * len(sizes))
    for ax in grid.flat:
        ax.axis("off")
    for (image, model, epsilon), rows in examples.groupby(["image", "model", "epsilon"]):
        ax = grid[models.index(model), image * len(sizes) + sizes.index(epsilon)]
        ax.imshow(rows.sort_values("pixel")["x"].to_numpy().reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
        answer, label = rows["answer"].iloc[0], rows["label"].iloc[0]
        colour = COLOURS["black" if answer == label else "red"]
        ax.set_title(rf"$\epsilon$ = {epsilon:g}" + f"\nsays {answer}", color=colour, fontsize="small", pad=2)
    for row, model in enumerate(models):
        box = grid[row, 0]
        box.text(-0.18, 0.5, model, transform=box.transAxes, rotation=90, ha="right", va="center")
    for ax, letter in zip((*axes, grid[0, 0]), "abcdef", strict=True):
        panel_label(ax, letter)
