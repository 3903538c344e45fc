namespace Progeny.Core.Apply;

/// <summary>A batch apply cannot go on; the message says why and what would be right.</summary>
public sealed class ApplyException(string message, Exception? inner = null) : Exception(message, inner);
