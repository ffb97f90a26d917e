# Ballard et al. 2017, end of section VII and figure 16: students that learn from the outputs of a teacher.
# Left out of a run when MNIST can be had nowhere.
if MNIST_FOLDER:
    STUDY_FIGURES["ballard2017"].append("figures/ballard2017/figure-16.png")
    STUDY_LISTS["ballard2017"] += [f"results/ballard2017/{table}.csv" for table in ("students", "stalled-students")]
    STUDY_TABLES["ballard2017"].append("results/ballard2017/student-levels.csv")
    STUDY_CLAIM_FILES["ballard2017"].append("results/ballard2017/claims-students.csv")
    _seeds = range(1, config["students"]["seeds"] + 1)
    STUDENT_CURVES = expand("results/ballard2017/students/curves-{seed}.csv", seed=_seeds)
    STUDY_ZEROS["ballard2017"] += expand("results/ballard2017/students/teacher-copies-{seed}.csv", seed=_seeds)

    rule students:
        input:
            mnist_files(),
            "results/kernels.txt",
        output:
            curves="results/ballard2017/students/curves-{seed}.csv",
            weights="results/ballard2017/students/weights-{seed}.npz",
            copies="results/ballard2017/students/teacher-copies-{seed}.csv",
        log:
            "results/logs/ballard2017/students-{seed}.log",
        benchmark:
            "results/benchmarks/ballard2017/students-{seed}.tsv"
        wildcard_constraints:
            seed="[0-9]+",
        conda:
            "../../environment.yml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=600,
        params:
            settings={key: value for key, value in STUDENTS.items() if key not in ("n_continued", "steps")},
            seed=lambda wildcards: derived_seed(f"ballard2017/students/{wildcards.seed}"),
            code=code("datasets", "sgd", "symmetry"),
        message:
            "Train teacher and students, seed {wildcards.seed}"
        script:
            "../scripts/students.py"

    rule stalled_students:
        input:
            images=mnist_files(),
            weights="results/ballard2017/students/weights-1.npz",
        output:
            table=report(
                "results/ballard2017/stalled-students.csv",
                caption="../report/students.rst",
                category="Beside the papers",
                labels={"shows": "ballard2017, students that stalled"},
            ),
        log:
            "results/logs/ballard2017/stalled-students.log",
        benchmark:
            "results/benchmarks/ballard2017/stalled-students.tsv"
        conda:
            "../../environment.yml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=600,
        params:
            settings=STUDENTS,
            seed=derived_seed("ballard2017/students/1"),
            code=code("datasets", "lbfgs", "lowest_mode", "objectives", "sgd"),
        message:
            "Go on from where the students stalled"
        script:
            "../scripts/stalled.py"

    rule student_levels:
        input:
            curves=STUDENT_CURVES,
            published=in_repository("config/published/ballard2017_students.csv"),
        output:
            table=report(
                "results/ballard2017/students.csv",
                caption="../report/students.rst",
                category="Beside the papers",
                labels={"shows": "ballard2017, students"},
            ),
            levels=report(
                "results/ballard2017/student-levels.csv",
                caption="../report/table.rst",
                category="Beside the papers",
                labels={"shows": "ballard2017, levels of students"},
            ),
            claims="results/ballard2017/claims-students.csv",
        log:
            "results/logs/ballard2017/student-levels.log",
        benchmark:
            "results/benchmarks/ballard2017/student-levels.tsv"
        conda:
            "../../environment.yml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            confidence=config["check"]["confidence"],
            code=code("analysis.comparison", "analysis.effects"),
        message:
            "Put the levels of students beside the published one"
        script:
            "../scripts/student_levels.py"

    rule student_curves:
        input:
            curves=STUDENT_CURVES,
            published=in_repository("config/published/ballard2017_students.csv"),
        output:
            pdf="figures/ballard2017/figure-16.pdf",
            png=report(
                "figures/ballard2017/figure-16.png",
                caption="../report/students.rst",
                category="Beside the papers",
                labels={"shows": "ballard2017/figure-16"},
            ),
        log:
            "results/logs/ballard2017/figure-16.log",
        benchmark:
            "results/benchmarks/ballard2017/figure-16.tsv"
        conda:
            "../../environment.yml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            code=code("analysis.effects", "plotting.students"),
        message:
            "Draw how the losses of students fall"
        script:
            "../scripts/student_curves.py"
