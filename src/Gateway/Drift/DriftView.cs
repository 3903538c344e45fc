using Progeny.Abstractions.Drift;

namespace Progeny.Gateway.Drift;

/// <summary>Whether what a generation is asked has drifted from what it was trained on.</summary>
/// <param name="Status"><c>drifted</c>, <c>stable</c>, <c>waiting</c> for enough queries, or <c>unknown</c>: without a training profile there is nothing to compare with.</param>
/// <param name="Look">The last look; null: there was none yet.</param>
internal sealed record DriftView(string Version, string Status, DriftReport? Look)
{
    public static DriftView Of(string version, bool hasProfile, DriftReport? look) => new(
        version,
        look switch
        {
            { Drifted: true } => "drifted",
            not null => "stable",
            _ => hasProfile ? "waiting" : "unknown",
        },
        look);
}
