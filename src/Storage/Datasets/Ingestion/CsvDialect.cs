namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>How a CSV file writes its fields.</summary>
/// <param name="Separator">Between fields.</param>
/// <param name="Quote">Around fields; null: nothing.</param>
/// <param name="Escape">Before a quote in a quoted field; null where there is no quote.</param>
/// <param name="HasHeader">Whether the first record has the names of the columns.</param>
internal sealed record CsvDialect(char Separator, char? Quote, char? Escape, bool HasHeader);
