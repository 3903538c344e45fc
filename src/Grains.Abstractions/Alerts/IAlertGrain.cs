using System.Collections.Immutable;

namespace Progeny.Abstractions.Alerts;

/// <summary>
/// Watches the alerts of a project and tells webhooks of each episode: once when it begins and once when it is over. Key: the project's
/// name. What is to be told is stored with the episode, and delivered at least once under an id that stays the same.
/// </summary>
[Alias("progeny.alerts")]
public interface IAlertGrain : IGrainWithStringKey
{
    /// <summary>Checks all alerts now, and goes on with deliveries that a stop interrupted.</summary>
    /// <returns>After how long it is to be called again, where nothing happens to the project before; null: not at all.</returns>
    [Alias("check")]
    Task<TimeSpan?> Check();

    /// <summary>The alerts, in the manifest's order.</summary>
    [Alias("get")]
    Task<ImmutableArray<AlertInfo>> Get();
}
