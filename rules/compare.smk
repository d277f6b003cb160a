"""Two states of the code, side by side: what an edit does to an experiment (docs/compare.md)."""


rule compare:
    """Build and simulate what differs between two states, and write the page."""
    log:
        "results/logs/compare.log",
    conda:
        "../environment.yml"
    threads: workflow.cores
    params:
        options=words(asked_for),
        folder=lambda w: comparison().folder,
    message:
        "comparing {params.folder}"
    shell:
        "(python -m runner.compare {params.options:q} --cores {threads} && python -m analysis.compare {params.folder:q})"
        " 2> >(tee {log} >&2)"
