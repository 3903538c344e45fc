"""Computes the facts of scikit-learn-figures.json, to which MetricsTests compares (see README.md)."""
import json
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m

warnings.simplefilter("ignore")
random = np.random.default_rng(20261122)


def classification(name, truth, probabilities, threshold=0.5):
    k = probabilities.shape[1]
    labels = list(range(k))
    one_hot = np.eye(k)[truth]
    if k == 2:
        positive = probabilities[:, 1]
        predicted = (positive >= threshold).astype(int)
        average, scores = "binary", positive
        auc = m.roc_auc_score(truth, positive)
        pr_auc = m.average_precision_score(truth, positive)
        brier = m.brier_score_loss(truth, positive)
    else:
        predicted = probabilities.argmax(axis=1)
        average = "macro"
        auc = np.mean([m.roc_auc_score(one_hot[:, c], probabilities[:, c]) for c in labels])
        pr_auc = np.mean([m.average_precision_score(one_hot[:, c], probabilities[:, c]) for c in labels])
        brier = ((probabilities - one_hot) ** 2).sum(axis=1).mean()
    return {
        "name": name,
        "classes": k,
        "threshold": threshold,
        "truth": truth.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "confusion": m.confusion_matrix(truth, predicted, labels=labels).tolist(),
        "metrics": {
            "accuracy": m.accuracy_score(truth, predicted),
            "balancedAccuracy": m.balanced_accuracy_score(truth, predicted),
            "precision": m.precision_score(truth, predicted, average=average),
            "recall": m.recall_score(truth, predicted, average=average),
            "f1": m.f1_score(truth, predicted, average=average),
            "auc": auc,
            "prAuc": pr_auc,
            "logLoss": m.log_loss(truth, probabilities, labels=labels),
            "brier": brier,
            "mcc": m.matthews_corrcoef(truth, predicted),
        },
    }


def regression(name, truth, values):
    return {
        "name": name,
        "truth": truth.tolist(),
        "values": values.tolist(),
        "metrics": {
            "rmse": m.mean_squared_error(truth, values, squared=False),
            "mae": m.mean_absolute_error(truth, values),
            "mape": m.mean_absolute_percentage_error(truth, values),
            "r2": m.r2_score(truth, values),
            "pinball10": m.mean_pinball_loss(truth, values, alpha=0.1),
            "pinball50": m.mean_pinball_loss(truth, values, alpha=0.5),
            "pinball90": m.mean_pinball_loss(truth, values, alpha=0.9),
        },
    }


def two(positive):
    return np.column_stack([1 - positive, positive])


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


n = 300
truth = (random.random(n) < 0.3).astype(int)
positive = 1 / (1 + np.exp(-(random.normal(size=n) + 1.5 * truth - 1)))
three = random.choice(3, size=n, p=[0.6, 0.3, 0.1])
skill = softmax(random.normal(size=(n, 3)) + 1.2 * np.eye(3)[three])
four = random.choice(4, size=n, p=[0.5, 0.3, 0.15, 0.05])
shy = softmax(0.3 * random.normal(size=(n, 4)) + 0.2 * np.eye(4)[four])
shy[:, 3] = 0
shy /= shy.sum(axis=1, keepdims=True)

facts = {
    "scikit-learn": sklearn.__version__,
    "classification": [
        classification("binary", truth, two(positive)),
        classification("binary with another threshold", truth, two(positive), 0.3),
        classification("binary with many ties", truth, two(np.round(positive, 1))),
        classification("binary with certain and wrong probabilities", truth, two(np.round(positive))),
        classification("binary, all probabilities the same", truth, two(np.full(n, 0.7))),
        classification("three classes", three, skill),
        classification("three classes with ties", three, np.round(skill, 1)),
        classification("four classes, one never predicted", four, shy),
    ],
    "regression": [
        regression("good", y := random.normal(50, 12, n), y + random.normal(0, 3, n)),
        regression("worse than the mean", y := random.normal(5, 1, n), random.normal(8, 4, n)),
        regression("exact", y := random.gamma(2, 10, n), y),
        regression("far from zero", y := 1e6 + random.normal(0, 1, n), y + random.normal(0, 0.5, n)),
    ],
}
print(json.dumps(facts, separators=(",", ":")).replace('{"name"', '\n{"name"'))
