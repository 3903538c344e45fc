namespace Progeny.Core.Datasets.Catalog;

/// <summary>Who had the rows of an entity removed, and when.</summary>
public sealed record ErasureDecision(string By, DateTimeOffset At)
{
    /// <summary>What a version says of it.</summary>
    public string Note => FormattableString.Invariant($"Rows of an erased entity were removed on {At:yyyy-MM-dd} by {By}.");
}
