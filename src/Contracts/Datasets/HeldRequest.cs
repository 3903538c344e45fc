namespace Progeny.Contracts.Datasets;

/// <summary>What becomes of a held version.</summary>
/// <param name="Reason">Why; kept with the version.</param>
/// <param name="Drop">Whether it is dropped with its rows; else it is released, and read from then on.</param>
/// <param name="By">Who decides, where nobody has to prove who they are.</param>
public sealed record HeldRequest(string? Reason, bool Drop = false, string? By = null);
