namespace Progeny.Contracts.Datasets;

/// <summary>Quarantined rows are to be dropped.</summary>
/// <param name="Reason">Why; kept with the entry.</param>
/// <param name="By">Who decides, where nobody has to prove who they are.</param>
public sealed record QuarantineDropRequest(string? Reason, string? By = null);
