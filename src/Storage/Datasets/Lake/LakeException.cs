namespace Progeny.Storage.Datasets.Lake;

/// <summary>A query of the lake is refused, or fails through a fault of its own; the message says what is wrong and where.</summary>
public sealed class LakeException(string message, Exception? inner = null) : Exception(message, inner);
