"""From plan to recordings and references: compile, simulate, refer. Plans, and the sources of programs, are made before
(runner/plans.py). References come last: they take long, and an experiment without them is finished meanwhile.
"""


rule build:
    """Compile the C++ program of one network structure."""
    output:
        directory("results/builds/{exp}/{key}"),
    log:
        "results/logs/builds/{exp}/{key}.log",
    benchmark:
        "results/benchmarks/builds/{exp}/{key}.tsv"
    priority: 1
    conda:
        "../environment.yml"
    threads: 2
    resources:
        mem_mb=lambda w, attempt: 1500 * attempt,
        runtime=lambda w, attempt: 20 * attempt,
    message:
        "compiling {wildcards.exp}, program {wildcards.key}"
    shell:
        "LOCAL_CREDIT_CACHE=results/builds python -m runner.build {wildcards.exp} {wildcards.key}"
        " --jobs {threads} > {log} 2> >(tee -a {log} >&2)"


rule simulate:
    """Run one chunk of points with a program that is already compiled."""
    input:
        build=build_of,
    output:
        directory("results/{scale}/{exp}/recordings/{chunk}"),
    log:
        "results/logs/{scale}/{exp}/simulate-{chunk}.log",
    benchmark:
        "results/benchmarks/{scale}/{exp}/simulate-{chunk}.tsv"
    priority: 2
    conda:
        "../environment.yml"
    resources:
        mem_mb=megabytes,
        runtime=minutes,
    params:
        digest=lambda w: plan_of(w)["chunk_digests"][number_of(w)],
        data=corpora_of,
    message:
        "simulating {wildcards.exp} at scale {wildcards.scale}, chunk {wildcards.chunk}"
    shell:
        "python -m runner.simulate --plan results/{wildcards.scale}/{wildcards.exp}/plan.json"
        " --chunk {wildcards.chunk} --build {input.build:q} --out {output} > {log} 2> >(tee -a {log} >&2)"


rule refer:
    """Compute the references of some points: baselines, exact chains."""
    output:
        directory("results/{scale}/{exp}/references/{chunk}"),
    log:
        "results/logs/{scale}/{exp}/refer-{chunk}.log",
    benchmark:
        "results/benchmarks/{scale}/{exp}/refer-{chunk}.tsv"
    conda:
        "../environment.yml"
    resources:
        mem_mb=lambda w, attempt: 2000 * attempt,
        runtime=lambda w, attempt: minutes(w, attempt, of="reference"),
    params:
        digest=lambda w: plan_of(w)["reference_digests"][number_of(w, "references")],
        data=corpora_of,
    message:
        "computing references of {wildcards.exp} at scale {wildcards.scale}, chunk {wildcards.chunk}"
    shell:
        "python -m runner.refer --plan results/{wildcards.scale}/{wildcards.exp}/plan.json"
        " --chunk {wildcards.chunk} --out {output} > {log} 2> >(tee -a {log} >&2)"
