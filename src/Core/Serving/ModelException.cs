namespace Progeny.Core.Serving;

/// <summary>A model cannot be loaded, does not fit its project, or fails on an input; the message says which and why.</summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);
