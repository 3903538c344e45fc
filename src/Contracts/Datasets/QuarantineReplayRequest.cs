namespace Progeny.Contracts.Datasets;

/// <summary>Quarantined rows are to be judged again.</summary>
/// <param name="Set">A SQL expression over the columns of the row, by the column that has its value then.</param>
/// <param name="Force">Whether rows land though the table that they came with has been replaced since.</param>
/// <param name="By">Who decides, where nobody has to prove who they are.</param>
public sealed record QuarantineReplayRequest(
    IReadOnlyDictionary<string, string>? Set = null, bool Force = false, string? By = null);
