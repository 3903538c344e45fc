namespace Progeny.Trainer.Boosting;

/// <summary>A weighted sum of columns.</summary>
/// <param name="Weights">A weight for each column and output, the outputs of a column together.</param>
/// <param name="Bias">A bias an output, without the base score.</param>
public sealed record LinearModel(float BaseScore, int Outputs, int Columns, float[] Weights, float[] Bias)
    : BoosterModel(BaseScore, Outputs, Columns);
