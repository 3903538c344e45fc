namespace Progeny.Core.Manifests;

/// <summary>How rows are split into those trained on and those evaluated on.</summary>
public enum EvaluationMethod
{
    /// <summary>The last <see cref="EvaluationManifest.Fraction"/> of the rows in time order is held out.</summary>
    Holdout,

    /// <summary>
    /// Each of <see cref="EvaluationManifest.Folds"/> parts is held out once and predicted from all others; in time order each but the
    /// first, from those before it. The generation's model is trained on all rows.
    /// </summary>
    KFold,
}
