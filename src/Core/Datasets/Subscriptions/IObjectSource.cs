namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>The objects of a place.</summary>
public interface IObjectSource
{
    /// <summary>
    /// Whether an object may be seen before all of it is written: then it is taken once it has stayed as it is for a while.
    /// </summary>
    bool IsWrittenInPlace { get; }

    /// <summary>The objects that are there now.</summary>
    /// <exception cref="SubscriptionException">The place cannot be read.</exception>
    Task<IReadOnlyList<SourceObject>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Copies an object to a file.</summary>
    /// <returns>False: it has changed since it was listed, or is gone.</returns>
    /// <exception cref="SubscriptionException">It cannot be read.</exception>
    Task<bool> CopyAsync(SourceObject item, string path, CancellationToken cancellationToken);
}
