"""The report: equations as mathematics, and a small site that opens offline."""


rule document:
    """Render equations and parameter tables of a paper from the strings that are simulated."""
    input:
        lambda w: sources_of(w.paper),
    output:
        directory("results/documents/{paper}"),
    log:
        "results/logs/documents/{paper}.log",
    conda:
        "../environment.yml"
    params:
        code=code(BASE / "runner" / "document.py", "document"),
        experiments=lambda w: of_paper(w.paper),
    message:
        "documenting {wildcards.paper}"
    shell:
        "python -m runner.document {params.experiments:q} --out {output} > {log} 2> >(tee -a {log} >&2)"


rule report:
    """Write the site of one scale."""
    input:
        lambda w: [
            f"results/{w.scale}/{exp}/{file}" for exp in names() for file in SHOWN
        ],
        documents=[f"results/documents/{paper}" for paper in PAPERS],
        published=[
            f"results/published/{paper}" for paper in PAPERS if published_of(paper)
        ],
        configs=[folder(exp) / "config.yaml" for exp in names()],
        remarks=sorted((BASE / "experiments").glob("*/*/README.md")),
        references=BASE / "references.bib",
        site=sorted((BASE / "analysis" / "site").glob("*")),
    output:
        directory("results/{scale}/report"),
    log:
        "results/logs/{scale}/report.log",
    conda:
        "../environment.yml"
    params:
        code=code(BASE / "analysis" / "report.py"),
        experiments=BASE / "experiments",
    message:
        "writing the report of scale {wildcards.scale}"
    shell:
        "python -m analysis.report --scale {wildcards.scale} --results results"
        " --experiments {params.experiments:q} --out {output} > {log} 2> >(tee -a {log} >&2)"
