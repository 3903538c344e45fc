namespace Progeny.Storage.Datasets.Contracts;

/// <summary>What a table is compared with.</summary>
/// <param name="IsAppended">Whether its rows are added to those before.</param>
/// <param name="Before">The rows of the newest version; null: there is none.</param>
internal readonly record struct TableSize(bool IsAppended, long? Before);
