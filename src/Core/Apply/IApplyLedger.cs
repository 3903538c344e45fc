namespace Progeny.Core.Apply;

/// <summary>
/// What jobs of the kind apply have done, so that each chunk is done once: on one node in its database of datasets, in a cluster in its
/// database. All calls are durable when they return.
/// </summary>
public interface IApplyLedger
{
    /// <summary>The plan of a job; null: it has none yet.</summary>
    Task<ApplyPlan?> FindPlanAsync(string job, CancellationToken cancellationToken);

    /// <summary>Stores the plan of a job in the place of the one before. With a report nothing of chunks and input is kept.</summary>
    Task SavePlanAsync(string job, ApplyPlan plan, CancellationToken cancellationToken);

    /// <summary>The chunks that are done, in their order.</summary>
    Task<IReadOnlyList<ApplyChunk>> ListChunksAsync(string job, CancellationToken cancellationToken);

    /// <summary>Adds a chunk that is done.</summary>
    /// <returns>False: one of its number was done before, and stays.</returns>
    Task<bool> AddChunkAsync(string job, ApplyChunk chunk, CancellationToken cancellationToken);

    /// <summary>
    /// Forgets the jobs to which nothing was added since a time: what is left of those that failed, and files that they made.
    /// </summary>
    /// <param name="open">The jobs that have not ended, which stay.</param>
    /// <returns>How many were forgotten.</returns>
    Task<int> RemoveAsync(DateTimeOffset before, IReadOnlySet<string> open, CancellationToken cancellationToken);
}
