namespace Progeny.Storage.Datasets.Contracts;

/// <summary>The number of rows of the table before, with which the rules on row counts compare.</summary>
/// <param name="IsAppended">Whether its rows are added to those before.</param>
/// <param name="Before">The rows of the newest version; null: there is none.</param>
internal readonly record struct TableSize(bool IsAppended, long? Before);
