using System.Runtime.InteropServices;
using Progeny.Abstractions.Releases;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>Counts requests by who was asked, and why.</summary>
internal sealed class RequestCounts
{
    private readonly Dictionary<(GenerationReference Generation, string Arm, string Reason), (long Requests, long Errors)> counts = [];

    public void Add(GenerationReference generation, string arm, string reason, bool failed)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, (generation, arm, reason), out _);
        count = (count.Requests + 1, count.Errors + (failed ? 1 : 0));
    }

    public IReadOnlyList<ArmRequests> ToList() =>
        [
            .. counts.Select(
                count => new ArmRequests(count.Key.Generation, count.Key.Arm, count.Key.Reason, count.Value.Requests, count.Value.Errors)),
        ];
}
