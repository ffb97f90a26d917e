"""Check a configuration before anything is computed; every complaint is one sentence with file, key and expectation."""

import difflib
import json
import math
from pathlib import Path

import jsonschema
import yaml

LJAT3_COLUMNS = ("r12", "r13", "r23")
LJAT3_CLASSES = 4
MAX_DENSE = 4000  # weights; as in lossland.minimise, which takes a second to import
MNIST_PIXELS, MNIST_CLASSES, MNIST_TRAINING = 28 * 28, 10, 60000
#: kinds of datasets that are drawn when they are needed, and the key that their landscapes have instead of a network
FUNCTIONS = {"damped_sines": "max_frequency", "p_spin": "n_spins"}
FUNCTION_KEYS = {"dataset", "draws", "explore", "required_coverage", "required_coverage_transition_states"}
SINE_PARAMETERS = 5
FEWEST_SPINS = 3  # of a term: with two there are no minima but the lowest eigenvector's
MANY_COUPLINGS = 10**8  # from here on their memory is compared with that of this machine
KINDS = {
    "object": "keys with values",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minItems": "at least {} long",
    "minProperties": "at least {} entries",
    "minLength": "at least {} characters",
    "enum": "one of {}",
    "pattern": "made of letters, digits, hyphens and underscores (it becomes part of a path)",
    "uniqueItems": "free of repetitions",
}


class ConfigurationError(ValueError):
    """One sentence that names file, key and what was expected."""


def check(config, schema, files):
    """Raise the first complaint about ``config`` (merged from ``files``, the last one strongest), in one sentence."""
    for path, number in _numbers(config):
        if not math.isfinite(number):
            raise ConfigurationError(f"{origin(path, files)}: {_key(path)} is {number}, expected a finite number")
    validator = jsonschema.Draft202012Validator(schema)
    # a missing key may only follow from a wrong one beside it, so it comes last
    for error in sorted(validator.iter_errors(config), key=_rank):
        path, sentence = _explain(error, schema)
        if error.validator == "required":
            sentence += _namesake(path, config)
        raise ConfigurationError(f"{origin(path, files)}: {sentence}")
    for path, sentence in _contradictions(config):
        raise ConfigurationError(f"{origin(path, files)}: {_key(path)} {sentence}")


def check_repetitions(files):
    """Raise about the first key that stands twice in one file: YAML would take the last one and say nothing."""
    for file in files:
        try:
            document = yaml.compose(Path(file).read_text(), yaml.SafeLoader)
        except yaml.YAMLError:  # Snakemake has read it, so it is JSON that is no YAML, indented by tabs
            continue
        for path, first, again in _repetitions(document):
            lines = f"lines {first.line + 1} and {again.line + 1}"
            raise ConfigurationError(f"{file}: {_key(path)} stands there twice, in {lines}, expected every key once")


def _repetitions(node, path=()):
    """Yield (path, where first, where again) of every key of a YAML document that stands twice beside each other."""
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _repetitions(item, (*path, number))
    first = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        here, name = (*path, key.value), (key.tag, key.value)
        if name in first and key.value != "<<":
            yield here, first[name], key.start_mark
        first.setdefault(name, key.start_mark)
        yield from _repetitions(value, here)


def _rank(error):
    """Put what is missing last, and all in an order of its own: one mistake may be inherited by many landscapes."""
    return error.validator == "required", [str(part) for part in error.absolute_path]


def _namesake(path, config):
    """Return a question when what lacks a key has nearly the name of something beside it: a misspelt name."""
    if not path:
        return ""
    beside = config
    for part in path[:-1]:
        beside = beside[part]
    near = difflib.get_close_matches(str(path[-1]), [str(name) for name in beside if name != path[-1]], n=1)
    return f"; did you mean {_key([*path[:-1], near[0]])}?" if near else ""


def _numbers(content, path=()):
    """Yield (path, number) for every number with a point, which limits cannot keep from being NaN."""
    if isinstance(content, float):
        yield list(path), content
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in items:
        yield from _numbers(value, (*path, key))


def check_tables(config, files, repository):
    """Read the tables of the chosen studies and raise the first complaint about them or about what does not fit."""
    for path, n_spins, p, spheres in _glasses(config):
        if p * math.log(n_spins) > math.log(MANY_COUPLINGS):
            _check_memory(n_spins, p, spheres, path, files)
    for study in config["studies"]:
        for name, landscape in config["landscapes"][study].items():
            dataset = config["datasets"][landscape["dataset"]]
            if dataset["kind"] == "csv":
                _check_table(landscape, dataset, ["landscapes", study, name], files, repository)


def _glasses(config):
    """Yield (path, number of spins, spins of a term, spheres) of all spin glasses of the chosen studies."""
    for study in config["studies"]:
        for name, landscape in config["landscapes"][study].items():
            if "n_spins" in landscape:
                p = config["datasets"][landscape["dataset"]]["p"]
                yield ["landscapes", study, name, "n_spins"], landscape["n_spins"], p, 1
    p = config["datasets"][config["descents"]["dataset"]]["p"]
    for key, degree, spheres in (("n_spins", p, 1), ("n_spins_on_three_spheres", 3, 3)):
        for n_spins in config["descents"][key]:
            yield ["descents", key], n_spins, degree, spheres


def _check_memory(n_spins, p, spheres, path, files):
    from lossland.errors import InputError
    from lossland.objectives.pspin import check_size  # slow: a second
    from lossland.objectives.pspin_spheres import check_spheres

    try:
        if spheres == 1:
            check_size(n_spins, p)
        else:
            check_spheres(n_spins)
    except InputError as error:
        raise ConfigurationError(f"{origin(path, files)}: {_key(path)}: {error}") from None


def _check_table(landscape, dataset, path, files, repository):
    from lossland.datasets import check_layer_sizes, choose_inputs, load_csv  # slow: a second
    from lossland.errors import InputError

    try:
        table = load_csv(Path(repository, dataset["path"]), dataset["inputs"], dataset["label"])
    except InputError as error:
        where = origin(["datasets", landscape["dataset"], "path"], files)
        raise ConfigurationError(f"{where}: datasets.{landscape['dataset']}: {error}") from None
    try:
        check_layer_sizes(landscape["layer_sizes"], choose_inputs(table, landscape.get("inputs") or dataset["inputs"]))
    except InputError as error:
        raise ConfigurationError(f"{origin([*path, 'layer_sizes'], files)}: {_key(path)}: {error}") from None
    key = [*path, "block" if landscape.get("block") else "n_data"]
    n_data, draws = landscape[key[-1]], landscape.get("draws", 1)
    if n_data * draws > len(table):
        expected = f"expected at most {len(table)} in all, the rows of {dataset['path']}"
        raise ConfigurationError(f"{origin(key, files)}: {_key(key)} is {n_data}{_dealt(draws)}, {expected}")


def origin(path, files):
    """Return the last file that sets the key at ``path`` (a sequence of keys); what is in no file was given by hand."""
    for file in reversed(files):
        if _sets(_content(file), path):
            return str(file)
    return "--config"


def _content(file):
    """Read a file as Snakemake does: JSON, which may hold tabs, or else YAML."""
    text = Path(file).read_text()
    try:
        return json.loads(text)
    except ValueError:
        return yaml.safe_load(text)


def _sets(content, path):
    for part in path:
        if not isinstance(content, dict) or part not in content:
            return isinstance(content, list)
        content = content[part]
    return True


def _key(path):
    return ".".join(str(part) for part in path) or "the configuration"


def _explain(error, schema):
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", ()))
        extra = next(str(key) for key in error.instance if key not in known)
        return [*path, extra], f"{_key([*path, extra])} is not a known key, {_suggestion(extra, known, path)}"
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        what = _description(error.schema, schema, missing)
        return path, f"{_key([*path, missing])} is missing, expected {what}"
    if error.validator == "type":
        kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        expected = " or ".join(KINDS[kind] for kind in kinds)
        return path, f"{_key(path)} is {error.instance!r}, expected {expected}{_hint(error.instance, kinds)}"
    if error.validator == "anyOf":
        expected = " or ".join(_form(alternative) for alternative in error.validator_value)
        return path, f"{_key(path)} is {error.instance!r}, expected {expected}"
    if "propertyNames" in error.schema_path:
        return [
            *path,
            error.instance,
        ], f"{_key(path)} has the key {error.instance!r}, expected it to be {LIMITS['pattern']}"
    limit = LIMITS.get(error.validator, "valid").format(error.validator_value)
    return path, f"{_key(path)} is {error.instance!r}, expected it to be {limit}"


def _form(alternative):
    """Describe one alternative of a value: a constant, or a kind with its limits."""
    if "const" in alternative:
        return repr(alternative["const"])
    limits = [LIMITS[key].format(value) for key, value in alternative.items() if key in LIMITS]
    return " ".join([KINDS[alternative["type"]], *limits])


def _suggestion(extra, known, path):
    near = difflib.get_close_matches(extra, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}?"
    return f"expected one of {', '.join(known)}"


def _description(subschema, schema, key):
    known = schema["$defs"]["landscape"]["properties"] | schema["$defs"]["explore"]["properties"]
    properties = subschema.get("properties") or known
    return properties.get(key, {}).get("description", "a value").split(";")[0].rstrip(".").lower()


def _hint(value, kinds):
    """YAML reads 1e-4, without a point, as text."""
    if isinstance(value, str) and {"number", "integer"} & set(kinds):
        try:
            return f" (write {float(value)!r} with a point, as 1.0e-4)"
        except ValueError:
            return ""
    return ""


def _contradictions(config):
    """Yield (path, rest of the sentence) for what a schema cannot say."""
    for study in config["studies"]:
        if study not in config["landscapes"]:
            yield ["studies"], f"names {study!r}, expected keys of landscapes: {', '.join(config['landscapes'])}"
    if (of := config["datasets"].get(config["descents"]["dataset"], {}).get("kind")) != "p_spin":
        yield ["descents", "dataset"], f"is of kind {of}, expected a key of datasets of kind p_spin"
    elif config["datasets"][config["descents"]["dataset"]]["p"] < FEWEST_SPINS:
        path = ["datasets", config["descents"]["dataset"], "p"]
        yield path, f"is {config['datasets'][path[1]]['p']}, expected at least {FEWEST_SPINS} for descents"
    for key, sentence in _student_contradictions(config["students"], config["datasets"]):
        yield ["students", *key], sentence
    for study, landscapes in config["landscapes"].items():
        for name, landscape in landscapes.items():
            for key, sentence in _landscape_contradictions(landscape, config["datasets"]):
                yield ["landscapes", study, name, key], sentence
            explore = config["explore"] | landscape.get("explore", {})
            if _n_variables(landscape) > MAX_DENSE:
                most = explore["n_starts"] + explore["n_hops"]
                if explore["max_searches"] > most:
                    sentence = (
                        f"is {explore['max_searches']}, expected at most {most}, n_starts + n_hops: landscapes of "
                    )
                    sentence += f"more than {MAX_DENSE} variables are sampled for minima only"
                    yield ["landscapes", study, name, "explore", "max_searches"], sentence


def _student_contradictions(students, datasets):
    if (of := datasets.get(students["dataset"], {}).get("kind")) != "mnist":
        yield ["dataset"], f"is of kind {of}, expected a key of datasets of kind mnist"
    if students["n_continued"] > students["n_data"]:
        yield ["n_continued"], f"is {students['n_continued']}, expected at most n_data, {students['n_data']}"
    n_teacher, sizes = students["n_hidden"], {}
    for number, size in enumerate(students["relative_sizes"]):
        n_hidden = round(size * n_teacher)  # as in scripts/_students.py
        makes = f"is {size}, which makes {n_hidden} hidden nodes where n_hidden is {n_teacher}"
        if n_hidden < 1:
            yield ["relative_sizes", number], f"{makes}, expected at least one"
        if n_hidden in sizes:
            yield ["relative_sizes", number], f"{makes}, as {sizes[n_hidden]} does, expected every number once"
        sizes[n_hidden] = size


def _landscape_contradictions(landscape, datasets):
    dataset = datasets.get(landscape["dataset"])
    if dataset is None:
        yield "dataset", f"is {landscape['dataset']!r}, expected a key of datasets: {', '.join(datasets)}"
        return
    needed = FUNCTIONS.get(dataset["kind"], "layer_sizes")
    if needed not in landscape:
        yield "dataset", f"is {landscape['dataset']!r} of kind {dataset['kind']}, expected {needed} beside it"
        return
    if dataset["kind"] in FUNCTIONS:
        for key in sorted(landscape.keys() - FUNCTION_KEYS - {needed}):
            yield "dataset", f"is {landscape['dataset']!r} of kind {dataset['kind']}, which has no use for {key}"
        return
    for key in sorted(landscape.keys() & set(FUNCTIONS.values())):
        yield key, f"is given, but {landscape['dataset']} is of kind {dataset['kind']}"
        return
    layer_sizes, mask = landscape["layer_sizes"], landscape.get("mask")
    offered = columns(dataset)
    inputs = landscape.get("inputs") or offered
    if offered is None and inputs is not None:
        yield "inputs", f"is {inputs}, expected null: networks on {landscape['dataset']} take all pixels"
    for column in inputs if offered else ():
        if column not in offered:
            yield "inputs", f"names {column!r}, expected columns of {landscape['dataset']}: {', '.join(offered)}"
    n_inputs = MNIST_PIXELS if offered is None else len(inputs)
    if layer_sizes[0] != n_inputs:
        yield "layer_sizes", f"starts with {layer_sizes[0]}, expected {n_inputs}, the number of inputs"
    if dataset["kind"] != "csv":
        yield from _own_contradictions(landscape, dataset)
    if landscape.get("auc_class", 0) != "macro" and landscape.get("auc_class", 0) >= layer_sizes[-1]:
        yield "auc_class", f"is {landscape['auc_class']}, expected less than {layer_sizes[-1]}, the number of outputs"
    n_weights = _n_weights(layer_sizes)
    if mask is not None and len(mask) != n_weights:
        yield "mask", f"has {len(mask)} entries, expected {n_weights}, one for each weight of {layer_sizes}"
    if landscape.get("n_neighbours") is not None:
        if mask is not None:
            yield "n_neighbours", "is given beside mask, expected one of the two"
        if len(layer_sizes) < 3:
            yield "n_neighbours", f"needs a hidden layer, but layer_sizes is {layer_sizes}"
    if (landscape.get("block") or landscape["n_data"]) < landscape["n_data"]:
        yield "block", f"is {landscape['block']}, expected at least n_data, {landscape['n_data']}"
    n_wrong = landscape["n_data"] * landscape.get("error_percent", 0) / 100
    if not math.isclose(n_wrong, round(n_wrong), abs_tol=1e-9):
        expected = f"expected a whole number of the {landscape['n_data']} training data"
        yield "error_percent", f"is {landscape['error_percent']}, which makes {n_wrong:g} wrong labels, {expected}"


def _dealt(draws):
    return f" in {draws} draws" if draws > 1 else ""


def _n_variables(landscape):
    if "layer_sizes" not in landscape:
        return landscape.get("n_spins", SINE_PARAMETERS)
    return _n_weights(landscape["layer_sizes"])


def _n_weights(layer_sizes):
    return sum((n_in + 1) * n_out for n_in, n_out in zip(layer_sizes, layer_sizes[1:], strict=False))


def columns(dataset):
    """Return the inputs that a dataset offers, in order; None for one whose inputs are not chosen from, as MNIST's."""
    return {"ljat3": list(LJAT3_COLUMNS), "csv": dataset.get("inputs")}.get(dataset["kind"])


def _own_contradictions(landscape, dataset):
    """Compare a landscape with a dataset whose size and classes are known without reading it."""
    layer_sizes, draws = landscape["layer_sizes"], landscape.get("draws", 1)
    key = "block" if landscape.get("block") else "n_data"
    n_data = landscape[key]
    n_classes, what, available, half = MNIST_CLASSES, "digits", MNIST_TRAINING, "the training images"
    if dataset["kind"] == "ljat3":
        n_classes, what, available, half = (
            LJAT3_CLASSES,
            "outcomes of LJAT3",
            dataset["n_quenches"] // 2,
            "half of n_quenches",
        )
    if layer_sizes[-1] != n_classes:
        yield "layer_sizes", f"ends with {layer_sizes[-1]}, expected {n_classes}, the number of {what}"
    if n_data * draws > available:
        yield key, f"is {n_data}{_dealt(draws)}, expected at most {available} in all, {half}"
