namespace Progeny.Core.Rollouts;

/// <summary>Why an arm was asked, as the query log says it.</summary>
public static class Reasons
{
    /// <summary>The key of the row is in the arm's share.</summary>
    public const string Share = "share";

    /// <summary>The caller named the generation.</summary>
    public const string Requested = "requested";

    /// <summary>The arm that had been chosen failed.</summary>
    public const string Fallback = "fallback";

    /// <summary>It was chosen and failed, and another one answered; the record is not the answer's.</summary>
    public const string Failed = "failed";

    /// <summary>It answers every query as a shadow; the record is not the answer's.</summary>
    public const string Shadow = "shadow";
}
