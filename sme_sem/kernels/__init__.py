"""The mathematics: arrays in, arrays out.

Functions here know nothing of items, constructs or files.  They import NumPy
and SciPy only, and treat every axis to the left of the ones they name as a
batch: one sample is ``(p, p)``, ten thousand bootstrap samples are
``(10000, p, p)``, and the formula is written once.

Letters used in every shape::

    B  samples in the batch      n  respondents        k  items of one scale
    p  observed variables        v  all variables, observed first, then latent
    q  free parameters           G  groups             c  cells of A, S and m that hold a parameter
"""
