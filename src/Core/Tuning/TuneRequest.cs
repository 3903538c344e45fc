using Progeny.Abstractions.Tuning;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;

namespace Progeny.Core.Tuning;

/// <summary>A search for the trainer's parameters.</summary>
public sealed record TuneRequest
{
    /// <summary>A project with <c>tune</c>.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>The files of the package, unpacked.</summary>
    public required string ProjectFolder { get; init; }

    /// <summary>Where to work. Rows that lie there from before a stop are used again.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>The ordinal of the first row to take; null: from the first there is.</summary>
    public Ordinal? From { get; init; }

    /// <summary>The ordinal before which to stop; null: after the last there is.</summary>
    public Ordinal? To { get; init; }

    /// <summary>The seed of what is drawn.</summary>
    public required int Seed { get; init; }

    public required int Trials { get; init; }

    /// <summary>The most trials at once.</summary>
    public required int Parallel { get; init; }

    /// <summary>Told the digest of the rows; returns the trials over them that have ended already.</summary>
    public required Func<string, Task<IReadOnlyList<TrialInfo>>> Begin { get; init; }

    /// <summary>Keeps a trial that has ended.</summary>
    public required Func<TrialInfo, Task> Record { get; init; }

    /// <summary>Room for one more trial at once, to be given back; null: there is none now.</summary>
    public required Func<IDisposable?> TryTakeSlot { get; init; }
}
