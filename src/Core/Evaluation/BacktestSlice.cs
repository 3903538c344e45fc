namespace Progeny.Core.Evaluation;

/// <summary>Queries that were answered twice: as served, and by a generation in a backtest.</summary>
public sealed record BacktestSlice
{
    /// <summary>The number of queries.</summary>
    public required long Rows { get; init; }

    /// <summary>The number of entities, or of queries where there is none.</summary>
    public required int Clusters { get; init; }

    /// <summary>The mean loss of what was served.</summary>
    public double? ServedLoss { get; init; }

    /// <summary>The mean loss of the generation.</summary>
    public double? Loss { get; init; }

    /// <summary>The mean difference: the generation's loss less the one served. Below 0 the generation is better.</summary>
    public double? Difference { get; init; }

    /// <summary>The lower end of the interval of the difference; null: there are too few entities to say.</summary>
    public double? Low { get; init; }

    /// <summary>The upper end.</summary>
    public double? High { get; init; }

    /// <summary>The queries with a smaller loss than served.</summary>
    public required long Better { get; init; }

    /// <summary>The queries with a greater loss than served.</summary>
    public required long Worse { get; init; }
}
