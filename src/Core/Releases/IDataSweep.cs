namespace Progeny.Core.Releases;

/// <summary>Removes what nothing uses any more from the <see cref="IDataArtifactStore"/>.</summary>
public interface IDataSweep
{
    /// <summary>Removes what is not used, and was stored last before a time.</summary>
    /// <param name="inUse">What is used besides that of the known users.</param>
    /// <returns>How many blobs were removed.</returns>
    Task<int> RunAsync(DateTimeOffset before, IReadOnlySet<string> inUse, CancellationToken cancellationToken);
}
