"""From recordings to figure and score. What can be finished goes before what can be started: see the priorities."""


rule observe:
    """Reduce the recordings to small tables, and write down what made them: code, versions, machine, cost."""
    input:
        recordings=lambda w: tables_of(w, "recordings"),
        references=lambda w: tables_of(w, "references"),
        joined=lambda w: [
            f"results/{w.scale}/{exp}/{part}"
            for exp in plan_of(w)["joins"]
            for part in ("observations", "provenance.json")
        ],
    output:
        tables=directory("results/{scale}/{exp}/observations"),
        provenance="results/{scale}/{exp}/provenance.json",
    log:
        "results/logs/{scale}/{exp}/observe.log",
    wildcard_constraints:
        scale="smoke|quick|paper",
    priority: 3
    conda:
        "../environment.yml"
    params:
        figure=lambda w: folder(w.exp) / "figure.py",
        code=lambda w: plan_of(w)["guards"]["observe"],
    message:
        "observing {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m analysis.observe --figure {params.figure:q}"
        " --plan results/{wildcards.scale}/{wildcards.exp}/plan.json --builds results/builds"
        " --out {output.tables} --provenance {output.provenance} > {log} 2> >(tee -a {log} >&2)"


rule observe_part:
    """Reduce the recordings of some combinations of a sweep to small tables, each combination alone."""
    input:
        recordings=lambda w: part_of(w, "recordings"),
        references=lambda w: part_of(w, "references"),
    output:
        directory("results/{scale}/{exp}/parts/{part}"),
    log:
        "results/logs/{scale}/{exp}/observe-{part}.log",
    wildcard_constraints:
        scale="sweep-[\\w.-]+",
    priority: 3
    conda:
        "../environment.yml"
    resources:
        mem_mb=lambda w, attempt: 2000 * attempt,
        runtime=lambda w, attempt: 20 * attempt,
    params:
        figure=lambda w: folder(w.exp) / "figure.py",
        code=lambda w: plan_of(w)["guards"]["observe"],
        digest=lambda w: plan_of(w)["part_digests"][int(w.part)],
    message:
        "observing {wildcards.exp} at scale {wildcards.scale}, part {wildcards.part}"
    shell:
        "python -m analysis.parts --part {wildcards.part} --figure {params.figure:q}"
        " --plan results/{wildcards.scale}/{wildcards.exp}/plan.json --out {output}"
        " > {log} 2> >(tee -a {log} >&2)"


rule gather:
    """Put the tables of all parts of a sweep below each other, and write down what made them."""
    input:
        lambda w: [
            f"results/{w.scale}/{w.exp}/parts/{part}"
            for part in range(len(plan_of(w)["parts"]))
        ],
    output:
        tables=directory("results/{scale}/{exp}/observations"),
        provenance="results/{scale}/{exp}/provenance.json",
    log:
        "results/logs/{scale}/{exp}/gather.log",
    wildcard_constraints:
        scale="sweep-[\\w.-]+",
    priority: 4
    conda:
        "../environment.yml"
    message:
        "gathering {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m analysis.parts --plan results/{wildcards.scale}/{wildcards.exp}/plan.json"
        " --builds results/builds --out {output.tables} --provenance {output.provenance}"
        " > {log} 2> >(tee -a {log} >&2)"


rule look:
    """Draw a sweep, and write the page of all of its combinations."""
    input:
        tables="results/{scale}/{exp}/observations",
        provenance="results/{scale}/{exp}/provenance.json",
        targets=lambda w: folder(w.exp) / "targets.yaml",
        template=BASE / "analysis" / "sweep.html.j2",
    output:
        page="results/{scale}/{exp}/index.html",
        svg="results/{scale}/{exp}/figure.svg",
        png="results/{scale}/{exp}/figure.png",
    log:
        "results/logs/{scale}/{exp}/look.log",
    wildcard_constraints:
        scale="sweep-[\\w.-]+",
    priority: 4
    conda:
        "../environment.yml"
    params:
        experiment=lambda w: folder(w.exp),
        code=lambda w: plan_of(w)["looked_at_by"],
    message:
        "looking at {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m analysis.look --plan results/{wildcards.scale}/{wildcards.exp}/plan.json"
        " --experiment {params.experiment:q} > {log} 2> >(tee -a {log} >&2)"


rule gallery:
    """Draw the experiment's own figure for every combination of a sweep."""
    input:
        tables="results/{scale}/{exp}/observations",
        provenance="results/{scale}/{exp}/provenance.json",
        template=BASE / "analysis" / "gallery.html.j2",
    output:
        directory("results/{scale}/{exp}/gallery"),
    log:
        "results/logs/{scale}/{exp}/gallery.log",
    wildcard_constraints:
        scale="sweep-[\\w.-]+",
    priority: 4
    conda:
        "../environment.yml"
    params:
        experiment=lambda w: folder(w.exp),
        code=lambda w: plan_of(w)["presented_by"],
    message:
        "drawing all figures of {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m analysis.gallery --plan results/{wildcards.scale}/{wildcards.exp}/plan.json"
        " --experiment {params.experiment:q} --out {output} > {log} 2> >(tee -a {log} >&2)"


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
    wildcard_constraints:
        scale="smoke|quick|paper",
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
