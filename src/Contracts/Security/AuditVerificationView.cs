namespace Progeny.Contracts.Security;

/// <summary>What a check of the audit log found.</summary>
/// <param name="Intact">Whether all is as it was written.</param>
/// <param name="Entries">How many entries were checked.</param>
/// <param name="First">The number of the first of them.</param>
/// <param name="Last">The number of the last that is as it was written.</param>
/// <param name="Sealed">Whether the end was checked with the nodes' secret.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Entry">The number of the entry at which it is wrong.</param>
public sealed record AuditVerificationView(bool Intact, long Entries, long First, long Last, bool Sealed, string? Problem, long? Entry);
