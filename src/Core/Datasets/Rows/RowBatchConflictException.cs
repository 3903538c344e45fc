namespace Progeny.Core.Datasets.Rows;

/// <summary>An append contradicts what the dataset has: another key, or another batch of the same id.</summary>
public sealed class RowBatchConflictException(string message) : Exception(message);
