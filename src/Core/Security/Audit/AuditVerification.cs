namespace Progeny.Core.Security.Audit;

/// <summary>What a check of the chain found.</summary>
/// <param name="Entries">How many entries were checked.</param>
/// <param name="First">The number of the first of them; 0: there are none.</param>
/// <param name="Last">The number of the last one that is as it was written.</param>
/// <param name="Problem">What is wrong; null: nothing.</param>
/// <param name="Entry">The number of the entry at which it is wrong; null: at none that is there, or nothing is wrong.</param>
/// <param name="IsSealed">Whether the end was checked with the node's secret.</param>
public sealed record AuditVerification(long Entries, long First, long Last, string? Problem, long? Entry, bool IsSealed)
{
    /// <summary>Whether all is as it was written.</summary>
    public bool IsIntact => Problem is null;
}
