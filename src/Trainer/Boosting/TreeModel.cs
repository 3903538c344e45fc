namespace Progeny.Trainer.Boosting;

/// <summary>A sum of trees.</summary>
public sealed record TreeModel(float BaseScore, int Outputs, int Columns, IReadOnlyList<Tree> Trees)
    : BoosterModel(BaseScore, Outputs, Columns);
