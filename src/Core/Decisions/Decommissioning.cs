using System.Globalization;

namespace Progeny.Core.Decisions;

/// <summary>The texts about the end of projects and generations.</summary>
public static class Decommissioning
{
    /// <summary>The decider of a decision that names none.</summary>
    public const string Operator = "operator";

    /// <summary>A reason behind a sentence; empty where there is none.</summary>
    public static string Because(string? reason) => reason is null ? "" : $": {reason.TrimEnd('.')}";

    /// <summary>Why nothing can be done with a decommissioned project, and what would help.</summary>
    public static string Refusal(string project, DateTimeOffset at, string? reason) => string.Create(
        CultureInfo.InvariantCulture,
        $"'{project}' was decommissioned on {at.UtcDateTime:yyyy-MM-dd} ({reason}); recommission it first (POST "
            + $"/api/projects/{project}/recommission).");
}
