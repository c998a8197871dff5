"""Models near their populations with answers that have gaps, and the density of these by hand."""

import numpy as np

from sem.models import POPULATIONS, fitted_text, moments_by_hand, parameters_of, true_theta
from sme_sem.kernels import discrepancy, fiml, ram
from sme_sem.kernels.gaps import missing_patterns

CASES = {
    "two constructs": ("two constructs", 1),
    "paths among constructs": ("paths among constructs", 1),
    "equal loadings": ("equal loadings", 1),
    "feedback": ("feedback", 1),
    "means": ("means", 1),
    "two groups": ("two constructs", 2),
    "two groups with means": ("means", 2),
}


class Case:
    """A model near its population, and answers to it that have gaps (or none)."""

    def __init__(self, name, groups=1, *, gaps=0.25, n=60):
        self.table = parameters_of(fitted_text(POPULATIONS[name]), groups, meanstructure=True)
        self.pattern = self.table.pattern
        rng = np.random.default_rng(8)
        covariance, mean = moments_by_hand(POPULATIONS[name])
        order = list(self.table.observed)
        root, centre = np.linalg.cholesky(covariance.loc[order, order]), mean[order].to_numpy()
        self.answers = [rng.standard_normal((n + 20 * g, len(order))) @ root.T + centre + g for g in range(groups)]
        for own in self.answers:
            own[rng.random(own.shape) < gaps] = np.nan
            own[np.isnan(own).all(axis=1), 0] = centre[0]
        self.every = np.concatenate(self.answers)
        self.patterns = missing_patterns(self.answers)
        table = parameters_of(fitted_text(POPULATIONS[name]), meanstructure=True)
        truth = true_theta(POPULATIONS[name], table)
        values = {p.key: truth[p.index] for p in table.parameters if p.free}
        keys = {p.index: p.key for p in reversed(self.table.parameters) if p.free}
        self.theta = np.array([values[keys[i]] for i in range(self.table.n_free)])
        self.theta += rng.uniform(-0.04, 0.04, size=self.theta.shape)
        shares = np.array([len(own) for own in self.answers]) / len(self.every)
        # F needs no sample moments unless there are exogenous variables: these carry the shares alone
        blank = np.zeros((groups, len(order)))
        self.sample = discrepancy.Sample(np.stack([np.eye(len(order))] * groups), blank, shares)

    def value(self, theta):
        return fiml.slope(self.pattern, self.patterns, self.sample, theta).value

    def slope(self, theta, *, exact=False):
        return fiml.slope(self.pattern, self.patterns, self.sample, theta, exact=exact)

    def log_likelihoods(self, theta):
        implied = ram.implied(self.pattern, theta)
        return np.concatenate([normal(own, implied.mu[g], implied.sigma[g]) for g, own in enumerate(self.answers)])


def normal(answers, mean, covariance):
    """log density of what each respondent answered."""
    found = np.empty(len(answers))
    answered = ~np.isnan(answers)
    for seen in np.unique(answered, axis=0):
        rows = (answered == seen).all(axis=1)
        d = answers[np.ix_(rows, seen)] - mean[seen]
        own = covariance[np.ix_(seen, seen)]
        distance = (d * np.linalg.solve(own, d.T).T).sum(axis=1)
        found[rows] = -0.5 * (distance + np.linalg.slogdet(2 * np.pi * own)[1])
    return found


def saturated_log_likelihoods(answers, p):
    """By (mu, vech Sigma), rows of the upper triangle after one another."""
    i, j = np.triu_indices(p)

    def values(x):
        covariance = np.zeros((p, p))
        covariance[i, j] = covariance[j, i] = x[p:]
        return normal(answers, x[:p], covariance)

    return values
