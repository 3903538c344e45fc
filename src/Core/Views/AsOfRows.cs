using Progeny.Core.Common;
using Progeny.Core.Feeds;

namespace Progeny.Core.Views;

/// <summary>Rows in the order of their ordinal, with the features of views as they were known before it.</summary>
internal sealed class AsOfRows : IFeedReader
{
    private readonly IFeedReader rows;
    private readonly string ordinal;
    private readonly int ordinalColumn;
    private readonly IReadOnlyList<ViewHistory> histories;
    private readonly int[][] keys;
    private readonly (int View, int Feature)[] joined;
    private readonly object?[]?[] found;
    private Moment? last;
    private long count;

    /// <param name="rows">The rows of a source.</param>
    /// <param name="ordinal">The column that orders them.</param>
    /// <param name="histories">The views; they are disposed with the rows.</param>
    /// <exception cref="ViewException">The source lacks a key, or yields a feature of a view itself.</exception>
    public AsOfRows(IFeedReader rows, string ordinal, IReadOnlyList<ViewHistory> histories)
    {
        this.rows = rows;
        this.ordinal = ordinal;
        this.histories = histories;
        var columns = rows.Columns.ToList();
        ordinalColumn = columns.IndexOf(ordinal);
        foreach (var view in histories.Select(history => history.View))
        {
            if (view.Keys.FirstOrDefault(key => !columns.Contains(key)) is { } missing)
            {
                throw new ViewException(
                    view,
                    $"source.query yields no column '{missing}', which is a key of the view; its columns are "
                        + $"{string.Join(", ", columns)}.");
            }

            if (view.Features.FirstOrDefault(columns.Contains) is { } twice)
            {
                throw new ViewException(
                    view, $"source.query yields '{twice}' itself, which the view is to join; leave it out of one of them.");
            }
        }

        keys = [.. histories.Select(history => history.View.Keys.Select(key => columns.IndexOf(key)).ToArray())];
        joined = [.. histories.SelectMany((history, view) => history.View.Features.Select((_, feature) => (view, feature)))];
        found = new object?[]?[histories.Count];
        Columns = [.. columns, .. histories.SelectMany(history => history.View.Features)];
    }

    public IReadOnlyList<string> Columns { get; }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await rows.ReadAsync(cancellationToken))
            return false;
        count++;
        var at = MomentOfRow();
        for (var i = 0; i < found.Length; i++)
        {
            var (history, columns) = (histories[i], keys[i]);
            await history.AdvanceAsync(at, $"source.ordinal '{ordinal}'", cancellationToken);
            var key = EntityKey.Of(columns.Length, part => rows.GetValue(columns[part]));
            found[i] = key is null ? null : history.Find(key, at, () => Describe(history, columns));
        }

        return true;
    }

    public object? GetValue(int column)
    {
        if (column < rows.Columns.Count)
            return rows.GetValue(column);
        var (view, feature) = joined[column - rows.Columns.Count];
        return found[view]?[feature];
    }

    public async ValueTask DisposeAsync()
    {
        await rows.DisposeAsync();
        foreach (var history in histories)
            await history.DisposeAsync();
    }

    private Moment MomentOfRow()
    {
        var value = rows.GetValue(ordinalColumn);
        if (Moment.Read(value) is not { } at)
        {
            throw Wrong(
                $"row {ValueText.Of(count)} of the source has {(value is null ? "null" : ValueText.Of(value))} in its ordinal '{ordinal}'; "
                    + $"a view is joined as of {Moment.Right}.");
        }

        if (last is { } before && (before.IsTime != at.IsTime || before.CompareTo(at) > 0))
        {
            throw Wrong(
                $"row {ValueText.Of(count)} of the source is of {at} ('{ordinal}'), and the one before it of {before}. A view is joined to "
                    + "rows in the order of their ordinal; times that differ by less than the database tells apart would do that: round "
                    + "them in the query.");
        }

        last = at;
        return at;
    }

    private ViewException Wrong(string message) => new(histories[0].View, message);

    private string Describe(ViewHistory history, int[] columns) => string.Join(
        ", ", history.View.Keys.Select((key, part) => $"{key} '{EntityKey.PartOf(rows.GetValue(columns[part]))}'"));
}
