namespace Progeny.Storage.Common;

/// <summary>A node's data folder cannot be used; the message says why and what to do.</summary>
public sealed class DataFolderException(string message, Exception? inner) : IOException(message, inner);
