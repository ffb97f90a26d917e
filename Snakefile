# From nothing to every table and figure. What is computed stands in config/, how it is computed in workflow/rules/.
from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")

REPOSITORY = Path(workflow.basedir)


# always read first; --configfile overrides single keys of it
configfile: str(REPOSITORY / "config" / "default.yaml")


include: "workflow/rules/common.smk"


if config["output"]:

    workdir: str(REPOSITORY / config["output"])


include: "workflow/rules/datasets.smk"
include: "workflow/rules/landscapes.smk"
include: "workflow/rules/draws.smk"
include: "workflow/rules/registry.smk"
include: "workflow/rules/chitturi2020.smk"
include: "workflow/rules/mislabelling.smk"
include: "workflow/rules/mnist.smk"
include: "workflow/rules/connectivity.smk"
include: "workflow/rules/depth.smk"
include: "workflow/rules/ballard2017.smk"
include: "workflow/rules/regression.smk"
include: "workflow/rules/pspin.smk"
include: "workflow/rules/teacher_student.smk"
include: "workflow/rules/comparison.smk"
include: "workflow/rules/results.smk"


rule all:
    input:
        summary=f"results/{PAGE}summary.md",
        figures=of_page(PAGE, "figures"),
        costs=of_page(PAGE, "costs"),
        regression=f"results/{PAGE}regression.txt" if config["reference"] else [],
    log:
        "results/logs/all.log",
    conda:
        "environment.yml"
    message:
        "Done: start with {input.summary}"


onstart:
    lock_folder()
    start_jobs_without_delay()
