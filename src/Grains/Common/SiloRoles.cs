namespace Progeny.Grains.Common;

/// <summary>What a silo of a cluster does.</summary>
public static class SiloRoles
{
    /// <summary>It answers queries: online agents and models are there.</summary>
    public const string Serving = "serving";

    /// <summary>It runs jobs: trainings, evaluations and searches of parameters.</summary>
    public const string Training = "training";

    /// <summary>All roles.</summary>
    public static IReadOnlyList<string> All { get; } = [Serving, Training];
}
