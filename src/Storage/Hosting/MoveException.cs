namespace Progeny.Storage.Hosting;

/// <summary>A node's data cannot be moved to a cluster, or a cluster's to a node; the message says why and what to do.</summary>
public sealed class MoveException(string message, Exception? inner = null) : IOException(message, inner);
