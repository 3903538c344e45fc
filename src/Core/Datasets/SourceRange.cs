using Progeny.Abstractions.Releases;
using Progeny.Core.Feeds;

namespace Progeny.Core.Datasets;

/// <summary>Which part of a project's rows a training takes, before the source's window.</summary>
public sealed record SourceRange
{
    /// <summary>The ordinal of the first row of feed or file to take; null: from the first there is.</summary>
    public Ordinal? From { get; init; }

    /// <summary>The ordinal before which to stop; null: after the last there is.</summary>
    public Ordinal? To { get; init; }

    /// <summary>
    /// Whether each row is to be taken by one training only. The newest moment of a feed is then left to the next training, since more rows
    /// of it may come.
    /// </summary>
    public bool Once { get; init; }

    /// <summary>Where the training ended that is continued; only rows behind it are taken. Null: none is.</summary>
    public Lineage? After { get; init; }

    /// <summary>
    /// Whether all rows behind another training's are taken, each once: then the source's window leaves none out, which no training would
    /// take.
    /// </summary>
    public bool IsContinued => Once && After is not null;
}
