namespace Progeny.Abstractions.Drift;

/// <summary>
/// Compares what a generation is asked with what it was trained on, again and again. Key: <c>project@release:generation</c>. The number of
/// looks is kept, so that the rate of false alarms is spent once over all of them, whatever restarts in between.
/// </summary>
[Alias("progeny.drift")]
public interface IDriftGrain : IGrainWithStringKey
{
    /// <summary>The last check, or null where there was none yet.</summary>
    [Alias("get")]
    Task<DriftReport?> Get();

    /// <summary>Checks, where enough new rows have come since the last time, and returns the last check.</summary>
    [Alias("evaluate")]
    Task<DriftReport?> Evaluate();
}
