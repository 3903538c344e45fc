namespace Progeny.Core.Expressions;

/// <summary>An expression could not be computed; the message says why in a few words, without naming the expression.</summary>
public sealed class ExpressionException(string message) : Exception(message)
{
    /// <summary>Whether its time was over.</summary>
    public bool IsTimeout { get; init; }
}
