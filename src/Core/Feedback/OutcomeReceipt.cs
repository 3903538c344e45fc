namespace Progeny.Core.Feedback;

/// <summary>What became of reported outcomes.</summary>
/// <param name="Accepted">First reports of their query.</param>
/// <param name="Corrected">Reports that differ from the one that counted before, which is kept as history.</param>
/// <param name="Repeated">Reports equal to the one that counts; nothing changed.</param>
/// <param name="Unmatched">Of the accepted and corrected ones, how many have no query in the log (yet).</param>
public sealed record OutcomeReceipt(int Accepted, int Corrected, int Repeated, int Unmatched);
