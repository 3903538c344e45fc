using System.Collections.Immutable;

namespace Progeny.Core.Security;

/// <summary>All keys and ended sessions, as they were at one moment.</summary>
/// <param name="Version">Grows with every change but that of <see cref="ApiKey.LastUsedAt"/>.</param>
/// <param name="Keys">In the order in which they were made.</param>
/// <param name="EndedSessions">The ids of the sessions whose owners signed out before the time of the session was over.</param>
public sealed record ApiKeySet(long Version, ImmutableArray<ApiKey> Keys, ImmutableArray<string> EndedSessions);
