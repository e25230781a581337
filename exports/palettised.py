"""Core ML packages with their weights as 8-bit places in a table of 256 values.

A table is found by k-means over one matrix (Han et al. 2016, arXiv:1510.00149) and stored with it,
so that this saves room only where a matrix has far more than 256 weights. Biases and what else has
one axis keep their bits.
"""

from pathlib import Path

from exports.conversion import leave_nothing_to_chance, quietly

BITS = 8


def palettise(source: Path, folder: Path) -> None:
    """Write the `.mlpackage` of `source` with palettised weights: `folder` becomes another one, for
    the same version of iOS. An equal source gives equal bytes."""
    import coremltools
    from coremltools.optimize import coreml

    every_matrix = coreml.OpPalettizerConfig(mode="kmeans", nbits=BITS, weight_threshold=0)
    with quietly():
        model = coremltools.models.MLModel(str(source), skip_model_load=True)
        config = coreml.OptimizationConfig(global_config=every_matrix)
        coreml.palettize_weights(model, config).save(str(folder))
    leave_nothing_to_chance(folder)
