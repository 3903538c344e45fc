using Progeny.Abstractions.Decisions;

namespace Progeny.Core.Decisions;

/// <summary>All decisions about all projects, for ever.</summary>
public interface IDecisionLog
{
    /// <summary>Keeps a decision; it is on disk when the call returns. One whose id is known is kept once, as it was first.</summary>
    Task AppendAsync(Decision decision, CancellationToken cancellationToken);

    /// <summary>A project's decisions, newest first.</summary>
    /// <param name="experiment">Only those of one experiment; null: all.</param>
    /// <param name="before">Only those with a place below this; null: from the newest.</param>
    /// <param name="limit">1 to 1,000.</param>
    Task<IReadOnlyList<DecisionEntry>> ListAsync(
        string project, string? experiment, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>How many decisions there are about a project.</summary>
    Task<long> CountAsync(string project, CancellationToken cancellationToken);
}
