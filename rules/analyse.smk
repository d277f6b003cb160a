"""From recordings to figure and score. What can be finished goes before what can be started: see the priorities."""


rule observe:
    """Reduce the recordings to small tables, and write down what made them: code, versions, machine, cost."""
    input:
        recordings=recordings_of,
        references=references_of,
    output:
        tables=directory("results/{scale}/{exp}/observations"),
        provenance="results/{scale}/{exp}/provenance.json",
    log:
        "results/logs/{scale}/{exp}/observe.log",
    priority: 3
    conda:
        "../environment.yml"
    params:
        figure=lambda w: folder(w.exp) / "figure.py",
        code=lambda w: plan_of(w)["guards"]["observe"],
        by=swept_columns,
    message:
        "observing {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m analysis.observe --figure {params.figure:q} --recordings {input.recordings:q}"
        " --references {input.references:q} --by {params.by:q}"
        " --plan results/{wildcards.scale}/{wildcards.exp}/plan.json --builds results/builds"
        " --out {output.tables} --provenance {output.provenance} > {log} 2> >(tee -a {log} >&2)"


rule present:
    """Draw the figure from the tables, with provenance in the files, and score them against the reported numbers."""
    input:
        tables="results/{scale}/{exp}/observations",
        provenance="results/{scale}/{exp}/provenance.json",
        targets=lambda w: folder(w.exp) / "targets.yaml",
    output:
        svg=report(
            "results/{scale}/{exp}/figure.svg",
            caption="../analysis/caption.rst",
            category="{exp}",
            subcategory="{scale}",
        ),
        png="results/{scale}/{exp}/figure.png",
        score="results/{scale}/{exp}/score.json",
    log:
        "results/logs/{scale}/{exp}/present.log",
    priority: 4
    conda:
        "../environment.yml"
    params:
        experiment=lambda w: folder(w.exp),
        code=lambda w: plan_of(w)["presented_by"],
        guards=lambda w: json.dumps(plan_of(w)["guards"]),
    message:
        "presenting {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m analysis.present --experiment {params.experiment:q} --scale {wildcards.scale} --tables {input.tables:q}"
        " --provenance {input.provenance:q} --guards {params.guards:q} --out results/{wildcards.scale}/{wildcards.exp}"
        " > {log} 2> >(tee -a {log} >&2)"


rule published:
    """Draw and score the full-size tables that are shipped with the experiments of a paper."""
    input:
        lambda w: published_of(w.paper),
    output:
        directory("results/published/{paper}"),
    log:
        "results/logs/published/{paper}.log",
    conda:
        "../environment.yml"
    params:
        folder=lambda w: BASE / "experiments" / w.paper,
        code=lambda w: [said_of(exp, "presented_by") for exp in of_paper(w.paper)],
    message:
        "presenting what is published with {wildcards.paper}"
    shell:
        "python -m analysis.present --published {params.folder:q} --out {output} > {log} 2> >(tee -a {log} >&2)"
