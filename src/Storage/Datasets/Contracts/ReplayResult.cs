using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>What a replay found.</summary>
/// <param name="Replay">The replay, without the version that it makes.</param>
/// <param name="Landing">The version with the rows that land; null: none do.</param>
/// <param name="Remaining">The rows that stay; null: none do.</param>
internal sealed record ReplayResult(QuarantineReplay Replay, NewVersion? Landing, NewQuarantine? Remaining)
{
    public QuarantineEntry Apply(QuarantineEntry entry, DatasetVersion? landed)
    {
        var replays = entry.Replays.Append(Replay with { Version = landed?.Version }).ToList();
        return Remaining is { } left
            ? entry with
            {
                Replays = replays,
                Contract = Replay.Contract,
                Digest = left.Digest,
                Rows = left.Rows,
                Bytes = left.Bytes,
                Rules = left.Rules,
            }
            : entry with { Replays = replays, State = QuarantineState.Landed, Rows = 0, Rules = [] };
    }
}
