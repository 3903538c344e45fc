using System.Collections.Immutable;

namespace Progeny.Core.Security;

/// <summary>The keys of a node or of a cluster, and the sessions that ended. No call returns before what it changed is on disk.</summary>
public interface IApiKeyStore
{
    /// <summary>All keys.</summary>
    Task<ApiKeySet> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The <see cref="ApiKeySet.Version"/>, at the cost of one row.</summary>
    Task<long> ReadVersionAsync(CancellationToken cancellationToken);

    /// <summary>Changes keys, one caller at a time among all nodes.</summary>
    /// <param name="change">Given all keys, returns those that are new or different; an exception of it leaves all as it was. May be called
    /// again after a failure.</param>
    /// <returns>The keys with the change.</returns>
    Task<ApiKeySet> ChangeAsync(Func<ImmutableArray<ApiKey>, ImmutableArray<ApiKey>> change, CancellationToken cancellationToken);

    /// <summary>Ends a session, with a new version.</summary>
    /// <param name="id">The session's id.</param>
    /// <param name="until">When its time is over in any case: until then it is kept that it ended.</param>
    /// <param name="now">Sessions whose time was over before this are forgotten.</param>
    /// <returns>The keys, and the sessions with this one.</returns>
    Task<ApiKeySet> EndSessionAsync(string id, DateTimeOffset until, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Notes when keys were last used, without a new version. Ids that are not known are passed over, and times before the ones that are
    /// known.
    /// </summary>
    Task NoteUseAsync(IReadOnlyDictionary<string, DateTimeOffset> used, CancellationToken cancellationToken);

    /// <summary>Keeps the mark of the pepper with which the keys are hashed, unless there is one.</summary>
    /// <returns>The one that is kept.</returns>
    Task<string> KeepPepperMarkAsync(string mark, CancellationToken cancellationToken);
}
