namespace Progeny.Core.Feedback;

/// <summary>What became of reported outcomes.</summary>
/// <param name="Accepted">First reports of their query.</param>
/// <param name="Corrected">Reports that count in place of the one before, which is kept as history.</param>
/// <param name="Repeated">Reports that are known; nothing changed.</param>
/// <param name="Unmatched">Of those that are stored, how many have no query in the log (yet).</param>
/// <param name="Outdated">Reports observed before the one that counts, which are kept as history only.</param>
public sealed record OutcomeReceipt(int Accepted, int Corrected, int Repeated, int Unmatched, int Outdated = 0)
{
    /// <summary>Reports about queries that were erased, which are not stored.</summary>
    public int Erased { get; init; }

    public static OutcomeReceipt operator +(OutcomeReceipt one, OutcomeReceipt other) => new(
        one.Accepted + other.Accepted,
        one.Corrected + other.Corrected,
        one.Repeated + other.Repeated,
        one.Unmatched + other.Unmatched,
        one.Outdated + other.Outdated) { Erased = one.Erased + other.Erased };
}
