namespace Progeny.Core.Serving;

/// <summary>A model cannot be loaded, does not fit its project, or fails on an input; the message says which and why.</summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the input is to blame: the model takes no such values or shapes, and another input would do.</summary>
    public bool IsInvalidInput { get; init; }
}
