"""What can be asked for beside the scales: a paper, an experiment, the sweep of the user."""

if USER is not None:

    rule sweep:
        """Tables, figure and page of the sweep of the user."""
        input:
            [
                f"results/sweep-{USER.name}/{USER.experiment}/{file}"
                for file in (
                    "observations",
                    "provenance.json",
                    "figure.svg",
                    "index.html",
                )
            ],

    rule sweep_gallery:
        """The experiment's own figure for every combination of the sweep of the user, as a contact sheet."""
        input:
            f"results/sweep-{USER.name}/{USER.experiment}/index.html",
            f"results/sweep-{USER.name}/{USER.experiment}/gallery",


for exp in names():

    rule:
        name:
            exp
        input:
            [f"results/{SCALE}/{exp}/{file}" for file in SHOWN],


for paper in PAPERS:

    rule:
        name:
            paper
        input:
            [
                f"results/{SCALE}/{exp}/{file}"
                for exp in of_paper(paper)
                for file in SHOWN
            ],


localrules:
    observe,
    gather,
    look,
    gallery,
    present,
    published,
    document,
    report,
    compare,
