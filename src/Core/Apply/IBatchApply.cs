namespace Progeny.Core.Apply;

/// <summary>Applies a generation to the rows of an input, chunk by chunk; memory does not grow with the rows.</summary>
public interface IBatchApply
{
    /// <summary>Does what is left of the work of a job.</summary>
    /// <exception cref="ApplyException">It cannot go on; the message says what would be right.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what is done stays done.</exception>
    Task<ApplyReport> RunAsync(ApplyWork work, CancellationToken cancellationToken);
}
