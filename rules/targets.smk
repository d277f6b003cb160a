"""What can be asked for beside the scales: a paper, an experiment, the sweep of the user."""

if USER is not None:

    rule sweep:
        """Tables of the sweep of the user."""
        input:
            f"results/{USER_PLAN.scale}/{USER.experiment}/observations",
            f"results/{USER_PLAN.scale}/{USER.experiment}/provenance.json",


for exp in names():

    rule:
        name:
            exp
        input:
            experiment_files(exp, SCALE),


for paper in sorted({exp.split("/")[0] for exp in names()}):

    rule:
        name:
            paper
        input:
            [
                file
                for exp in names()
                if exp.startswith(f"{paper}/")
                for file in experiment_files(exp, SCALE)
            ],


localrules:
    plan,
    observe,
    published,
    provenance,
    draw,
    score,
    document,
    report,
