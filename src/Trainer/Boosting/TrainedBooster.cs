namespace Progeny.Trainer.Boosting;

/// <summary>What a training came to.</summary>
/// <param name="Booster">The booster, for the caller to dispose.</param>
/// <param name="Metrics">Rounds and evaluation metrics by name.</param>
internal sealed record TrainedBooster(Booster Booster, SortedDictionary<string, double> Metrics) : IDisposable
{
    public void Dispose() => Booster.Dispose();
}
