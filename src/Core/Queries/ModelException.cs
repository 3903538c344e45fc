using Progeny.Abstractions.Serving;

namespace Progeny.Core.Queries;

/// <summary>A model cannot be loaded, does not fit its project, or fails on an input; the message says which and why.</summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the failure is to the caller of a query.</summary>
    public ServingErrorKind Kind { get; init; } = ServingErrorKind.ModelFailed;

    /// <summary>Whether the input is to blame: the model takes no such values or shapes, and another input would do.</summary>
    public bool IsInvalidInput
    {
        get => Kind == ServingErrorKind.InvalidQuery;
        init => Kind = value ? ServingErrorKind.InvalidQuery : ServingErrorKind.ModelFailed;
    }

    /// <summary>Whether the run was stopped before its end, so that it would be in vain to run it again.</summary>
    public bool IsStopped { get; init; }

    /// <summary>Whether the run exceeded a bound of the node: of time, of memory, or of the size of an output.</summary>
    public bool IsOverBound { get; init; }
}
