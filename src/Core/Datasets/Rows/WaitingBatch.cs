namespace Progeny.Core.Datasets.Rows;

/// <summary>A batch of appended rows that is in no version yet.</summary>
/// <param name="Number">Its place in the order of all.</param>
/// <param name="Rows">The rows in it.</param>
/// <param name="By">Who appended it.</param>
/// <param name="Columns">The columns of its rows.</param>
/// <param name="Body">Its rows as lines of JSON.</param>
public sealed record WaitingBatch(
    long Number, int Rows, string By, IReadOnlyList<RowColumn> Columns, ReadOnlyMemory<byte> Body);
