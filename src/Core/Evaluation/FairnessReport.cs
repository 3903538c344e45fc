namespace Progeny.Core.Evaluation;

/// <summary>How unlike each other the groups of one field are treated.</summary>
public sealed record FairnessReport
{
    /// <summary>The least rows of a group that is compared: shares of fewer are known too badly.</summary>
    public const int MinRows = 30;

    /// <summary>The most groups that are compared, those with the most rows.</summary>
    public const int MaxGroups = 50;

    /// <summary>The field whose values make the groups.</summary>
    public required string Field { get; init; }

    /// <summary>
    /// Demographic parity difference: the greatest less the least share of positive predictions of a group, 0 to 1. Null for other tasks
    /// than binary, and with fewer than two groups.
    /// </summary>
    public double? Parity { get; init; }

    /// <summary>
    /// Equal opportunity difference: the greatest less the least true positive rate of a group, over those with 30 positive rows or more.
    /// </summary>
    /// <remarks>M. Hardt, E. Price and N. Srebro, "Equality of opportunity in supervised learning", 2016.</remarks>
    public double? Opportunity { get; init; }

    /// <summary>The greatest less the least mean loss of a group.</summary>
    public double? LossGap { get; init; }

    /// <summary>The groups that are compared, that with the most rows first.</summary>
    public required IReadOnlyList<GroupFigures> Groups { get; init; }

    /// <summary>How many groups have fewer than 30 rows, or are beyond the 50 largest.</summary>
    public required int GroupsLeftOut { get; init; }

    /// <summary>The rows of groups left out, and those whose field is missing or was not logged.</summary>
    public required long RowsLeftOut { get; init; }
}
