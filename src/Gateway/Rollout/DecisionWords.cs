using Progeny.Core.Rollout;

namespace Progeny.Gateway.Rollout;

/// <summary>Who decided, and why, as people write it.</summary>
internal static class DecisionWords
{
    /// <summary>What is wrong with them; null: nothing.</summary>
    public static string? Problem(string? by, string? reason) =>
        by is { Length: > PlanChecks.MostByCharacters } ? $"'by' has {by.Length} characters; at most {PlanChecks.MostByCharacters} are allowed."
        : reason is { Length: > PlanChecks.MostReasonCharacters } ? $"'reason' has {reason.Length} characters; at most {PlanChecks.MostReasonCharacters} are allowed."
        : null;
}
