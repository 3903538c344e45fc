namespace Progeny.Trainer.Boosting;

/// <summary>What a trained booster computes: margins from encoded columns.</summary>
/// <param name="BaseScore">The prediction that training started from, as the library stores it: before the link's inverse.</param>
/// <param name="Outputs">The number of margins a row: 1, or the number of classes.</param>
/// <param name="Columns">The number of encoded columns.</param>
public abstract record BoosterModel(float BaseScore, int Outputs, int Columns);
