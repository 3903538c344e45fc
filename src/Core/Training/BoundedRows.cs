using Progeny.Core.Common;
using Progeny.Core.Feeds;

namespace Progeny.Core.Training;

/// <summary>Rows that end with an error where there are too many of them, or where they are too large together.</summary>
/// <remarks>Only values that are taken count.</remarks>
internal sealed class BoundedRows(IFeedReader rows, SourceLimits limits) : IFeedReader
{
    private const int BytesOfNumber = 8;

    private long count;
    private long bytes;

    public IReadOnlyList<string> Columns => rows.Columns;

    /// <exception cref="TrainingFailedException">In stage source: there are more rows or bytes than are allowed.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (bytes > limits.Bytes)
            throw new TrainingFailedException(TrainingStage.Source, limits.TooManyBytes);
        if (!await rows.ReadAsync(cancellationToken))
            return false;
        return ++count <= limits.Rows ? true : throw new TrainingFailedException(TrainingStage.Source, limits.TooManyRows);
    }

    public object? GetValue(int column)
    {
        var value = rows.GetValue(column);
        bytes += value is string text ? text.Length : BytesOfNumber;
        return value;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
