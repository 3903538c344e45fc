namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>A file is no table that can be read. The message says why, and where; the file is kept with it as its note.</summary>
internal sealed class UnreadableTableException(string message, Exception? inner = null) : Exception(message, inner);
