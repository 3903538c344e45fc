namespace Progeny.Core.Manifests;

/// <summary>When the project is trained again without being asked.</summary>
public sealed record RetrainManifest
{
    /// <summary>The time between trainings; null: none by the clock.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>SQL over the project's metrics that asks for a training when it is true; null: none.</summary>
    public string? When { get; init; }
}
