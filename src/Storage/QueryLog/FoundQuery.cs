using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>A record that was searched for by its id.</summary>
/// <param name="Attempts">How many records carry the id.</param>
/// <param name="Others">The places of some of the others.</param>
internal sealed record FoundQuery(long Sequence, QueryRecord Record, int Attempts, IReadOnlyList<long> Others);
