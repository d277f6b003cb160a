"""Adam, once for all models: the statements of one step, to be put into the equations of whatever learns.

Reference: Kingma and Ba (2015), "Adam: a method for stochastic optimization", ICLR, arXiv 1412.6980. Both forms are
theirs: that of algorithm 1, and that of the end of section 2 (TensorFlow's), in which the correction of the bias is a
factor of the learning rate, and epsilon is added to what is not corrected.
"""

LINE = "\n            "  # lines of the statements of a model are indented by twelve


def moments(gradient: str, first: str, second: str, beta_1: str, beta_2: str, due: str = "") -> str:
    """Return the statements by which the running means of a gradient and of its square follow it.

    Parameters
    ----------
    gradient, first, second : str
        Gradient, first and second moment: names of variables.
    beta_1, beta_2 : str
        Decay of the moments.
    due : str
        Factor that is 1 when a step is taken and 0 when not; without it, every time.
    """
    share = f"{due} * " if due else ""
    return LINE.join(
        (
            f"{first} += {share}(1 - {beta_1}) * ({gradient} - {first})",
            f"{second} += {share}(1 - {beta_2}) * ({gradient} ** 2 - {second})",
        )
    )


def adam(
    variable: str,
    gradient: str,
    first: str,
    second: str,
    *,
    rate: str,
    beta_1: str,
    beta_2: str,
    epsilon: str,
    due: str = "",
    steps: str = "",
    plain: str = "",
    up: bool = False,
) -> str:
    """Return the statements of one step of Adam.

    Parameters
    ----------
    variable : str
        What learns.
    gradient, first, second, beta_1, beta_2, due : str
        As in `moments`.
    rate : str
        Learning rate. Without `steps` it holds the correction of the bias,
        ``sqrt(1 - beta_2 ** n) / (1 - beta_1 ** n)``; 0 when no step is due.
    epsilon : str
        Smallest denominator.
    steps : str
        Steps so far, this one included: algorithm 1, which corrects the moments.
    plain : str
        Learning rate of plain gradient descent, in the place of Adam or beside it.
    up : bool
        Whether the gradient points to where the variable should go.
    """
    lines = [moments(gradient, first, second, beta_1, beta_2, due)]
    if steps:
        lines.append(f"mean = {first} / (1 - {beta_1} ** {steps})")
        lines.append(f"power = {second} / (1 - {beta_2} ** {steps})")
        first, second = "mean", "power"
    descent = f"{plain} * {gradient} + " if plain else ""
    lines.append(f"{variable} {'+' if up else '-'}= {descent}{rate} * {first} / (sqrt({second}) + {epsilon})")
    return LINE.join(lines)


def batch_adam(name: str = "", *, of: str, number: str, rate: str = "rate") -> str:
    """Return the statements that apply the gradient ``grad`` of a batch to a weight ``w``, and forget it.

    Parameters
    ----------
    name : str
        Suffix of the weight, of its gradient and of its moments ``mean`` and ``square``.
    of : str
        Suffix of the neuron that knows the constants of Adam and the learning rate: ``_pre`` or ``_post``.
    number : str
        Samples of the batch, as that neuron knows them.
    rate : str
        Which learning rate; it holds the correction of the bias.
    """
    step = adam(
        f"w{name}",
        f"slope{name}",
        f"mean{name}",
        f"square{name}",
        rate=f"{rate}{of}",
        beta_1=f"beta_m{of}",
        beta_2=f"beta_s{of}",
        epsilon=f"epsilon{of}",
    )
    return LINE.join((f"slope{name} = grad{name} / {number}{of}", step, f"grad{name} = 0"))
