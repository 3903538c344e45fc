using Progeny.Core.Common;
using Progeny.Core.Feeds;

namespace Progeny.Core.Datasets;

/// <summary>The rows of a feed's or file's query within the source's window.</summary>
/// <param name="rows">In the order of the ordinal, where there is one.</param>
/// <param name="ordinal">The name of the ordinal; null: rows have none.</param>
/// <param name="cut">Rows whose ordinal is before this moment are left out; null: none are.</param>
internal sealed class FeedRows(IFeedReader rows, string? ordinal, DateTimeOffset? cut) : IFeedReader
{
    private readonly int column = ordinal is null ? -1 : rows.Columns.ToList().IndexOf(ordinal);

    public IReadOnlyList<string> Columns => rows.Columns;

    public long Count { get; private set; }

    /// <summary>The ordinal of the first row.</summary>
    public object? First { get; private set; }

    /// <summary>The ordinal of the last row.</summary>
    public object? Last { get; private set; }

    /// <exception cref="TrainingFailedException">In stage data: a value has no place in the ordinal's order, or is no time, and the window
    /// is one.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (await rows.ReadAsync(cancellationToken))
        {
            if (column >= 0)
            {
                var value = rows.GetValue(column);
                if (DataCell.OfOrdinal(value).Problem is { } problem)
                    throw new TrainingFailedException(
                        TrainingStage.Data,
                        $"The source has a row without a place in its order: row {Count + 1}, column '{ordinal}': "
                            + $"{TrainingDataWriter.Show(value)} {problem}.");
                // The newest that counts is a moment, so a number that is none is far ahead of it.
                if (cut is { } moment && !OrdinalTimes.IsBehindAll(value) && OrdinalTimes.Of(ordinal!, value) < moment)
                    continue;
                First ??= value;
                Last = value;
            }

            Count++;
            return true;
        }

        return false;
    }

    public object? GetValue(int column) => rows.GetValue(column);

    public ValueTask DisposeAsync() => rows.DisposeAsync();
}
