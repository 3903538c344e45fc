using System.Collections.Immutable;

namespace Progeny.Abstractions.Drift;

/// <summary>What a check of the newest queries of a generation found.</summary>
[GenerateSerializer, Immutable, Alias("progeny.drift-report")]
public sealed record DriftReport
{
    /// <summary>The number of the check, from 1: each may spend less of the false-alarm rate than the one before.</summary>
    [Id(0)] public required long Check { get; init; }

    [Id(1)] public required DateTimeOffset At { get; init; }

    /// <summary>The rows of the window that was compared.</summary>
    [Id(2)] public required long Rows { get; init; }

    /// <summary>The p-value from which a column's difference is sure at this check.</summary>
    [Id(3)] public required double Level { get; init; }

    /// <summary>The columns, the furthest from the training first.</summary>
    [Id(4)] public required ImmutableArray<ColumnDrift> Columns { get; init; }

    /// <summary>When the first of the checks in a row that found drift was; null: this one found none.</summary>
    [Id(5)] public DateTimeOffset? Since { get; init; }

    /// <summary>Whether any column drifted.</summary>
    public bool Drifted => Columns.Any(column => column.Drifted);
}
