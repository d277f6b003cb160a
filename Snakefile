"""Local Credit: from equations to scored figures.

snakemake --profile profiles/default quick            all experiments at scale quick (also: smoke, paper)
snakemake --profile profiles/default sal              one paper
snakemake --profile profiles/default sal/phase_plane  one experiment (--config scale=paper for another scale)
snakemake --profile profiles/default sweep --config sweep=my.yaml
snakemake --profile profiles/default compare --config base=HEAD only=sal/phase_plane    what an edit does
"""

from snakemake.utils import min_version

min_version("9.0")


include: "rules/common.smk"
include: "rules/simulate.smk"
include: "rules/analyse.smk"
include: "rules/report.smk"
include: "rules/compare.smk"
include: "rules/targets.smk"


rule quick:
    """Minutes: the default."""
    default_target: True
    input:
        "results/quick/report",


rule smoke:
    """Seconds: does everything run?"""
    input:
        "results/smoke/report",


rule paper:
    """Full size here: hours to days."""
    input:
        "results/paper/report",


onsuccess:
    end_timers()


onerror:
    end_timers()
