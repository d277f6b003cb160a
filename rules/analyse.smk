"""From recordings to figure and score: observe, record provenance, draw, score."""


rule observe:
    """Reduce the recordings to small tables."""
    input:
        recordings=recordings_of,
    output:
        directory("results/{scale}/{exp}/observations"),
    log:
        "results/logs/{scale}/{exp}/observe.log",
    wildcard_constraints:
        scale="(?!published).+",
    conda:
        "../environment.yml"
    params:
        figure=lambda w: folder(w.exp) / "figure.py",
        code=lambda w: of_observation(folder(w.exp)),
        by=swept_columns,
    message:
        "observing {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m analysis.observe --figure {params.figure} --recordings {input.recordings}"
        " --by {params.by} --out {output} > {log} 2> >(tee -a {log} >&2)"


rule published:
    """Take the tables that are shipped with the repository instead of a simulation."""
    input:
        lambda w: published(w.exp),
    output:
        tables=directory("results/published/{exp}/observations"),
        provenance="results/published/{exp}/provenance.json",
    log:
        "results/logs/published/{exp}.log",
    conda:
        "../environment.yml"
    message:
        "taking the published tables of {wildcards.exp}"
    shell:
        "(mkdir -p {output.tables} && cp {input} {output.tables}"
        " && mv {output.tables}/provenance.json {output.provenance}) 2> {log}"


rule provenance:
    """Write down what made the tables: code, versions, machine, parameters, cost."""
    input:
        plan="results/{scale}/{exp}/plan.json",
        recordings=recordings_of,
        observations="results/{scale}/{exp}/observations",
    output:
        "results/{scale}/{exp}/provenance.json",
    log:
        "results/logs/{scale}/{exp}/provenance.log",
    wildcard_constraints:
        scale="(?!published).+",
    conda:
        "../environment.yml"
    message:
        "recording the provenance of {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m runner.provenance --plan {input.plan} --recordings {input.recordings} --builds results/builds"
        " --observations {input.observations} --out {output} > {log} 2> >(tee -a {log} >&2)"


rule draw:
    """Draw the figure from the tables; provenance goes into the files."""
    input:
        observations="results/{scale}/{exp}/observations",
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
    log:
        "results/logs/{scale}/{exp}/draw.log",
    conda:
        "../environment.yml"
    params:
        figure=lambda w: folder(w.exp) / "figure.py",
        code=lambda w: code(folder(w.exp) / "figure.py", "draw", "SIZE"),
    message:
        "drawing {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m analysis.draw --figure {params.figure} --tables {input.observations}"
        " --targets {input.targets} --provenance {input.provenance} --svg {output.svg} --png {output.png} > {log} 2> >(tee -a {log} >&2)"


rule score:
    """Compare the tables with the numbers that the paper reports."""
    input:
        observations="results/{scale}/{exp}/observations",
        targets=lambda w: folder(w.exp) / "targets.yaml",
    output:
        "results/{scale}/{exp}/score.json",
    log:
        "results/logs/{scale}/{exp}/score.log",
    conda:
        "../environment.yml"
    params:
        code=code(BASE / "analysis" / "score.py"),
        guards=lambda w: json.dumps(guards(load(w.exp), plan_of(w).points)),
        scale=true_scale,
    message:
        "scoring {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m analysis.score --targets {input.targets} --tables {input.observations}"
        " --scale {params.scale} --guards {params.guards:q} --out {output} > {log} 2> >(tee -a {log} >&2)"
