namespace Progeny.Storage.Datasets;

/// <summary>A query had no turn in time.</summary>
public sealed class QueryTurnException(string message) : Exception(message);
