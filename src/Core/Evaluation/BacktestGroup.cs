namespace Progeny.Core.Evaluation;

/// <summary>The queries of a backtest with one value of a field.</summary>
/// <param name="Field">The field; <see cref="ServedBy"/>: the generation that served.</param>
/// <param name="Value">Its value; null: it is missing. Of a field with very many values the last group has the others.</param>
/// <param name="IsOthers">Whether it is the group of the values that have none of their own.</param>
/// <param name="Slice">The queries.</param>
public sealed record BacktestGroup(string Field, string? Value, bool IsOthers, BacktestSlice Slice)
{
    /// <summary>In place of a field's name: the groups are by the generation that served.</summary>
    public const string ServedBy = "(served by)";
}
