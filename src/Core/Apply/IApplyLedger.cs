namespace Progeny.Core.Apply;

/// <summary>
/// What jobs of the kind apply have done, so that each chunk is done once: on one node in its database of datasets, in a cluster in its
/// database. All calls are durable when they return.
/// </summary>
public interface IApplyLedger
{
    /// <summary>The plan of a job; null: it has none yet.</summary>
    Task<ApplyPlan?> FindPlanAsync(string job, CancellationToken cancellationToken);

    /// <summary>Stores the plan of a job in the place of the one before.</summary>
    Task SavePlanAsync(string job, ApplyPlan plan, CancellationToken cancellationToken);

    /// <summary>The chunks that are done, in their order.</summary>
    Task<IReadOnlyList<ApplyChunk>> ListChunksAsync(string job, CancellationToken cancellationToken);

    /// <summary>Adds a chunk that is done.</summary>
    /// <returns>False: one of its number was done before, and stays.</returns>
    Task<bool> AddChunkAsync(string job, ApplyChunk chunk, CancellationToken cancellationToken);
}
