using Progeny.Core.Rollouts;

namespace Progeny.Gateway.Decisions;

/// <summary>Who decided, and why, as people write it.</summary>
internal static class DecisionWords
{
    /// <summary>What is wrong with them; null: nothing.</summary>
    public static string? Problem(string? by, string? reason) =>
        Problem("by", by, PlanChecks.MaxByCharacters) ?? Problem("reason", reason, PlanChecks.MaxReasonCharacters);

    private static string? Problem(string name, string? text, int most) =>
        text is null || (text.Length <= most && !string.IsNullOrWhiteSpace(text)) ? null
        : $"'{name}' {(text.Length > most ? $"has {text.Length} characters" : "is empty")}; it must be a text of 1 to {most} characters, "
            + "or be left out.";
}
