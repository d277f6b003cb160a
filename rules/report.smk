"""The report: equations as mathematics, and one page that opens offline."""


rule document:
    """Render equations and parameter tables from the strings that are simulated."""
    input:
        sources_of,
    output:
        "results/{scale}/{exp}/document.json",
    log:
        "results/logs/{scale}/{exp}/document.log",
    conda:
        "../environment.yml"
    params:
        code=code(BASE / "runner" / "document.py"),
    message:
        "documenting {wildcards.exp}"
    shell:
        "python -m runner.document {wildcards.exp} --out {output} > {log} 2> >(tee -a {log} >&2)"


rule report:
    """Write the page of one scale."""
    input:
        of_all(
            "figure.svg",
            "figure.png",
            "score.json",
            "provenance.json",
            "document.json",
        ),
        published=[
            f"results/published/{exp}/{file}"
            for exp in names()
            if published(exp)
            for file in ("figure.svg", "score.json")
        ],
        configs=[folder(exp) / "config.yaml" for exp in names()],
        remarks=sorted((BASE / "experiments").glob("*/*/README.md")),
        references=BASE / "references.bib",
        template=BASE / "analysis" / "report.html.j2",
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
        " --experiments {params.experiments} --out {output} > {log} 2> >(tee -a {log} >&2)"
