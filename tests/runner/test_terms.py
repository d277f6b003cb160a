"""What differs between two expressions is marked term by term, and nothing else."""

import pytest

from runner.latex import Latex, mathml

MARK = r"\textcolor{changed}"


def marked(mine, other, names=None):
    """Return the LaTeX of an expression whose counterpart is another one."""
    latex = Latex({})
    latex.counterpart, latex.names = other, names or {}
    return latex.render_expr(mine)


@pytest.mark.parametrize(
    ("mine", "other", "shown"),
    [
        ("a + b", "a + b", []),
        ("a + b", "b + a", []),  # a term that has moved
        ("a * b / c", "b * a / c", []),
        ("a + b", "a", ["+ b"]),
        ("a - b", "a + b", ["- b"]),
        ("-v / tau + x", "-v / (2 * tau) + x", []),  # nothing of it is missing there
        ("-v / (2 * tau) + x", "-v / tau + x", ["2"]),
        ("w * exp((s - t) / tau_m)", "w * exp((s - t) / tau_n)", [r"\tau_{m}"]),
        ("a * (b + c)", "a * (b + d)", ["+ c"]),
        ("a**2", "a**3", ["2"]),
        ("x", "y", ["x"]),
        ("int(a > b)", "int(a > c)", ["b"]),
        ("a * b + c * d", "a * b + c * e", ["d"]),
        ("a and b", "a or b", [r"a\text{ and }b"]),
    ],
)
def test_marks(mine, other, shown):
    text = marked(mine, other)
    assert text.count(MARK) == len(shown)
    for part in shown:
        assert f"{MARK}{{{part}}}" in text


@pytest.mark.parametrize(
    ("mine", "other"), [("y + 1", "x + 1"), ("y_pre * w", "x_pre * w"), ("2 * y_post", "2 * x_post")]
)
def test_a_renamed_variable_is_no_difference(mine, other):
    assert MARK not in marked(mine, other, {"x": "y"})


def test_without_counterpart_nothing_is_marked():
    assert MARK not in Latex({}).render_expr("a + b")


def test_marks_are_elements_of_the_page():
    shown = mathml(marked("a + b", "a"))
    assert shown.count('<mstyle class="changed">') == 1 and "textcolor" not in shown and "mathcolor" not in shown
