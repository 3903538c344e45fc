namespace Progeny.Cli.Rollouts;

/// <summary>A plan as the server shows it.</summary>
internal sealed record RolloutView(
    string Project,
    long Version,
    string? Champion,
    IReadOnlyList<RolloutView.Arm> Arms,
    IReadOnlyList<string> Fallback,
    IReadOnlyList<string> Shadows,
    string? StickyKey,
    DateTimeOffset? At,
    string? By,
    string? Reason)
{
    /// <summary>A generation of the plan.</summary>
    internal sealed record Arm(string Name, string Generation, double Weight, double Share);
}
