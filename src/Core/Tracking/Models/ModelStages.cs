namespace Progeny.Core.Tracking.Models;

/// <summary>The stages of versions of registered models.</summary>
public static class ModelStages
{
    /// <summary>The stage of a new version.</summary>
    public const string None = "None";

    /// <summary>The stage of a version that another one has taken the place of.</summary>
    public const string Archived = "Archived";

    private static readonly string[] _all = [None, "Staging", "Production", Archived];

    /// <summary>All stages.</summary>
    public static IReadOnlyList<string> All => _all;

    /// <summary>Reads a stage, in any case of letters.</summary>
    /// <exception cref="TrackingException">There is none of the name.</exception>
    public static string Read(string? stage)
    {
        var found = Array.Find(_all, each => each.Equals(stage, StringComparison.OrdinalIgnoreCase));
        return found ?? throw TrackingException.Invalid(
            $"Invalid Model Version stage: {stage}. Value must be one of {string.Join(", ", _all)}.");
    }

    /// <summary>Whether versions of a stage may be archived when another one enters it.</summary>
    public static bool IsActive(string stage) => stage is "Staging" or "Production";
}
