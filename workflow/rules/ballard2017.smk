# The studies of Ballard et al., Phys. Chem. Chem. Phys. 19, 12585 (2017) that need no network: what they are called.
# Their tables, figures and claims: regression.smk, pspin.smk.
BALLARD = config["landscapes"]["ballard2017"]
FITS = [name for name, settings in BALLARD.items() if "max_frequency" in settings]
SPINS = {name: settings["n_spins"] for name, settings in BALLARD.items() if "n_spins" in settings}
# sphere, or three of them: (numbers of spins, what the pictures say)
DESCENTS = {
    "sphere": (config["descents"]["n_spins"], "p-spin glass on the sphere"),
    "three-spheres": (config["descents"]["n_spins_on_three_spheres"], "p-spin glass on three spheres"),
}
STUDENTS = {key: value for key, value in config["students"].items() if key not in ("dataset", "seeds")}
STUDENTS["pixels"] = config["datasets"][config["students"]["dataset"]]["pixels"]
ARRIVED = 1e-6  # norm of the tangential gradient, as in the paper
P = config["datasets"][config["descents"]["dataset"]]["p"]
DESCENT_CODE = code("objectives", "objectives.pspin_spheres", "sphere_descent")


def descent_settings(wildcards):
    """Return what the descents of one model and size are made with."""
    return {
        "n_spins": int(wildcards.n_spins),
        "p": P,
        "spheres": 1 if wildcards.model == "sphere" else 3,
        "realisations": config["descents"]["realisations"],
        "starts": config["descents"]["starts"],
        "tolerance": ARRIVED,
        "seed": derived_seed(f"ballard2017/descents/{wildcards.model}"),
    }


def unfinished_descents(wildcards):
    """Name the file in which unfinished descents wait; others, or other code, never go on from it."""
    known = hashlib.sha256(repr((descent_settings(wildcards), DESCENT_CODE)).encode()).hexdigest()[:12]
    return f"results/ballard2017/descents/{wildcards.model}-{wildcards.n_spins}-unfinished-{known}.csv"


def descents_of(wildcards):
    """Return [number of spins, energies] of all sizes of a model."""
    return [[n, f"results/ballard2017/descents/{wildcards.model}-{n}.csv"] for n in DESCENTS[wildcards.model][0]]
