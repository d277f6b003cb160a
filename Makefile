# Two commands: make reproduce (all figures, scored) and make test. Snakemake users need neither; see README.md.
# make status says how far a run is: SCALE=paper or SWEEP=my.yaml.

PROFILE ?= profiles/default
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

# The newest Python that really runs (a name on the PATH may be a shim that fails) and can make environments.
CANDIDATES := python3.13 python3.12 python3.11 python3
USABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON = $(firstword $(foreach p,$(CANDIDATES),$(if $(shell $(p) -c '$(USABLE)' >/dev/null 2>&1 && echo yes),$(p))))
COMPILER = $(or $(lastword $(filter-out -%,$(if $(filter default,$(origin CXX)),g++,$(CXX)))),g++)
# Snakemake keeps its sources in the home folder, which in a container may not be one that can be written.
ifeq ($(shell test -d "$(HOME)" && test -w "$(HOME)" && echo yes),)
export XDG_CACHE_HOME ?= $(CURDIR)/.snakemake/cache
endif

.PHONY: reproduce test report status compare crate clean
.DEFAULT_GOAL := reproduce

# Builds of many experiments go side by side; one of them alone would use two compilers. A line for every finished one.
reproduce: $(READY)
	@$(BIN)/snakemake --profile $(PROFILE) --set-threads build=1 --quiet rules -- quick
	@$(BIN)/python -m analysis.scorecard --results results --scale quick
	@echo "report: results/quick/report/index.html"

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile

# Snakemake's own report beside ours: rule graph, run times, all figures in one file.
report: reproduce
	@$(BIN)/snakemake --profile $(PROFILE) --report results/quick/snakemake-report.html -- quick
	@echo "Snakemake's report: results/quick/snakemake-report.html"

status: $(READY)
	@$(BIN)/python -m runner.status $(if $(SCALE),--scale $(SCALE)) $(if $(SWEEP),--sweep $(SWEEP))

# Tables, figures, scores and provenance of a scale, described for a repository with a DOI: SCALE=paper for another one.
crate: $(READY)
	@$(BIN)/python -m analysis.crate $(if $(SCALE),--scale $(SCALE))

# What an edit does: make compare ONLY=sal/phase_plane, also BASE=, TO=, DEVICES=, VARIANTS=, SCALE= (docs/compare.md).
compare: $(READY)
	@$(BIN)/snakemake --profile $(PROFILE) compare --quiet all --config scale=$(or $(SCALE),quick) $(if $(BASE),base=$(BASE)) \
		$(if $(TO),to=$(TO)) $(if $(ONLY),only=$(ONLY)) $(if $(DEVICES),devices=$(DEVICES)) $(if $(VARIANTS),variants=$(VARIANTS))

$(READY): requirements.txt
	@$(if $(shell command -v $(COMPILER)),,$(error C++ compiler '$(COMPILER)' not found; install g++ or set CXX, then run make again))
	@$(if $(PYTHON),,$(error no working Python 3.11, 3.12 or 3.13 with venv on the PATH; install one (Debian: python3-venv), then run make again))
	@echo "environment: $(VENV), $(shell $(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -c "import brian2"
	@touch $@

clean:
	rm -rf results .snakemake
