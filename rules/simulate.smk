"""From configuration to recordings: plan, build, simulate."""


rule plan:
    """Resolve the configuration into points, builds and chunks."""
    output:
        "results/{scale}/{exp}/plan.json",
    log:
        "results/logs/{scale}/{exp}/plan.log",
    conda:
        "../environment.yml"
    params:
        digest=lambda w: digest(plan_of(w).content()),
        arguments=plan_arguments,
        chunk_seconds=CHUNK_SECONDS,
    message:
        "planning {wildcards.exp} at scale {wildcards.scale}"
    shell:
        "python -m runner.plan {wildcards.exp} {params.arguments}"
        " --chunk-seconds {params.chunk_seconds} --out {output} > {log} 2> >(tee -a {log} >&2)"


rule build:
    """Generate and compile the C++ program of one network structure."""
    output:
        directory("results/builds/{exp}/{key}"),
    log:
        "results/logs/builds/{exp}/{key}.log",
    benchmark:
        "results/benchmarks/builds/{exp}/{key}.tsv"
    conda:
        "../environment.yml"
    threads: 2
    resources:
        mem_mb=lambda w, attempt: 1500 * attempt,
        runtime=lambda w, attempt: 20 * attempt,
    params:
        structure=structure_of,
    message:
        "compiling {wildcards.exp}, structure {wildcards.key}"
    shell:
        "LOCAL_CREDIT_CACHE=results/builds python -m runner.build {wildcards.exp} {wildcards.key} --structure {params.structure}"
        " --out {output} --jobs {threads} > {log} 2> >(tee -a {log} >&2)"


rule simulate:
    """Run one chunk of points with a program that is already compiled."""
    input:
        plan="results/{scale}/{exp}/plan.json",
        build=build_of,
    output:
        directory("results/{scale}/{exp}/recordings/{chunk}"),
    log:
        "results/logs/{scale}/{exp}/simulate-{chunk}.log",
    benchmark:
        "results/benchmarks/{scale}/{exp}/simulate-{chunk}.tsv"
    conda:
        "../environment.yml"
    resources:
        mem_mb=megabytes,
        runtime=minutes,
    params:
        digest=lambda w: plan_of(w).chunk_digest(int(w.chunk)),
        data=corpora_of,
    message:
        "simulating {wildcards.exp} at scale {wildcards.scale}, chunk {wildcards.chunk}"
    shell:
        "python -m runner.simulate --plan {input.plan} --chunk {wildcards.chunk} --build {input.build}"
        " --out {output} > {log} 2> >(tee -a {log} >&2)"
